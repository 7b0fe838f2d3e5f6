import { Code, ConnectError } from '@connectrpc/connect'
import { compressedFlag, encodeEnvelope, readAllBytes, transformSplitEnvelope } from '@connectrpc/connect/protocol'
import {
  codeFromHttpStatus,
  endStreamFlag,
  endStreamFromJson,
  errorFromJsonBytes
} from '@connectrpc/connect/protocol-connect'
import { RPC_MESSAGE_MAX_BYTES } from '@waystone/wire/rpc'
import type { UniversalClientResponse } from '@connectrpc/connect/protocol'

/** The messages of a request that streams. */
export async function* jsonEnvelopes(messages: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const message of messages) yield encodeEnvelope(0, message)
}

/**
 * The body of an answer that comes as a whole.
 *
 * @throws ConnectError - the one in the body, if it is one
 */
export async function unaryAnswer({ status, header, body }: UniversalClientResponse): Promise<Uint8Array> {
  const bytes = await readAllBytes(body, RPC_MESSAGE_MAX_BYTES)
  if (status === 200) return bytes
  const fallback = new ConnectError(`the peer answered with HTTP status ${status}`, codeFromHttpStatus(status), header)
  throw errorFromJsonBytes(bytes, header, fallback)
}

// without Connect's `pipe`, which does not pass on that its reader wants no more
const split = transformSplitEnvelope(RPC_MESSAGE_MAX_BYTES)

/**
 * The messages of an answer that streams.
 *
 * @throws ConnectError - with which the stream ended, or when it did not end as it should
 */
export async function* readEnvelopes({ body }: UniversalClientResponse): AsyncGenerator<string> {
  for await (const { flags, data } of split(body)) {
    if ((flags & compressedFlag) !== 0) throw new ConnectError('the answer is compressed', Code.Internal)
    if ((flags & endStreamFlag) === 0) yield jsonOf(data)
    else return throwIfFailed(data)
  }
  throw new ConnectError('the answer ended in the middle', Code.DataLoss)
}

function throwIfFailed(endStream: Uint8Array): void {
  const { error } = endStreamFromJson(endStream)
  if (error !== undefined) throw error
}

/**
 * One line, whatever the peer wrote: nothing but JSON gets to a terminal.
 *
 * @throws ConnectError
 */
export function jsonOf(bytes: Uint8Array): string {
  try {
    return JSON.stringify(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new ConnectError('the answer is not JSON', Code.Internal, undefined, undefined, error)
  }
}
