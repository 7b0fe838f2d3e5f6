import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  errorToJsonBytes
} from '@connectrpc/connect/protocol-connect'
import { encodeEnvelope } from '@connectrpc/connect/protocol'
import type { ConnectError } from '@connectrpc/connect'
import type { ResponseHead } from './codec.ts'

const STREAMING = /^application\/connect\+(?:proto|json)\b/
const endStream = createEndStreamSerialization(undefined)

/** Whether a content type of the Connect protocol is that of a streaming call. */
export function isStreaming(contentType: string | null): boolean {
  return contentType !== null && STREAMING.test(contentType)
}

/** A whole answer that holds nothing but an error, in the form that the caller expects. */
export function errorResponse(
  requestType: string | null,
  error: ConnectError
): { head: ResponseHead; body: Uint8Array } {
  if (isStreaming(requestType)) {
    const header = new Headers({ 'content-type': requestType ?? '' })
    return { head: { status: 200, header }, body: endOfStream(error) }
  }
  const header = new Headers({ 'content-type': 'application/json' })
  return { head: { status: codeToHttpStatus(error.code), header }, body: errorToJsonBytes(error, undefined) }
}

/** The end of an answer in parts that failed. */
export function endOfStream(error: ConnectError): Uint8Array {
  return encodeEnvelope(endStreamFlag, endStream.serialize({ error, metadata: new Headers() }))
}
