import { Code, ConnectError } from '@connectrpc/connect'
import { createDeadline } from '@waystone/kit'
import { UNARY_CALL_MS } from './constants.ts'
import { jsonEnvelopes, jsonOf, readEnvelopes, unaryAnswer } from './json-answer.ts'
import { checkMessages, procedurePath } from './json-request.ts'
import { TIMEOUT_HEADER } from './timeout.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { UniversalClientFn, UniversalClientRequest, UniversalClientResponse } from '@connectrpc/connect/protocol'
import type { Clock } from '@waystone/interface'

/** What a server answers to a unary call of a method that streams. */
const UNSUPPORTED_MEDIA_TYPE = 415

export interface JsonCallOptions extends AbortOptions {
  /** Milliseconds. Default: 30,000 for a call that is answered once, none for one that streams. */
  timeoutMs?: number
}

export interface JsonCall extends JsonCallOptions {
  httpClient: UniversalClientFn
  clock: Clock
  /** `hello.v1.HelloService/SayHello`, with or without a slash in front. */
  procedure: string
  messages: readonly string[]
}

/**
 * Calls a method whose types are not known here: the peer turns JSON into its
 * messages. One message is tried as a unary call first; a peer whose method
 * streams says so before it looks at the message.
 *
 * @throws ProcedureInvalidError, JsonMessageInvalidError, ConnectError
 */
export async function* callJson(call: JsonCall): AsyncGenerator<string, void, undefined> {
  const path = procedurePath(call.procedure)
  const messages = checkMessages(call.messages)
  const [first] = messages
  const answer = messages.length === 1 && first !== undefined ? await callOnce(call, path, first) : undefined
  if (answer === undefined) yield* callStreaming(call, path, messages)
  else yield answer
}

/** Undefined when the method streams. */
async function callOnce(call: JsonCall, path: string, message: Uint8Array): Promise<string | undefined> {
  const { timeoutMs = UNARY_CALL_MS } = call
  using deadline = createDeadline({ ms: timeoutMs, what: 'the call', signal: call.signal, clock: call.clock })
  const header = headers('application/json', timeoutMs)
  try {
    const response = await call.httpClient(request({ path, header, body: listed([message]), signal: deadline.signal }))
    return response.status === UNSUPPORTED_MEDIA_TYPE ? undefined : jsonOf(await unaryAnswer(response))
  } catch (error) {
    throw asDeadline(error, deadline.signal, call.signal)
  }
}

async function* callStreaming(call: JsonCall, path: string, messages: Uint8Array[]): AsyncGenerator<string> {
  const { timeoutMs, signal: parent, clock } = call
  using deadline =
    timeoutMs === undefined ? undefined : createDeadline({ ms: timeoutMs, what: 'the call', signal: parent, clock })
  const signal = deadline?.signal ?? parent
  const header = headers('application/connect+json', timeoutMs)
  try {
    const response = await call.httpClient(request({ path, header, body: jsonEnvelopes(messages), signal }))
    yield* readEnvelopes(await streamed(response))
  } catch (error) {
    throw asDeadline(error, signal, parent)
  }
}

async function streamed(response: UniversalClientResponse): Promise<UniversalClientResponse> {
  if (response.status === UNSUPPORTED_MEDIA_TYPE)
    throw new ConnectError('the peer does not take JSON for this method', Code.Unimplemented)
  // whatever else is no answer to a stream is an error in the form of a unary one
  if (response.status !== 200) await unaryAnswer(response)
  return response
}

interface RequestInit {
  path: string
  header: Headers
  body: AsyncIterable<Uint8Array>
  signal: AbortSignal | undefined
}

function request({ path, header, body, signal }: RequestInit): UniversalClientRequest {
  return { url: `http://peer${path}`, method: 'POST', header, body, ...(signal !== undefined && { signal }) }
}

function headers(contentType: string, timeoutMs: number | undefined): Headers {
  const header = new Headers({ 'content-type': contentType, 'connect-protocol-version': '1' })
  if (timeoutMs !== undefined) header.set(TIMEOUT_HEADER, String(timeoutMs))
  return header
}

/** A deadline that was set here ends the call as one of the other side would. */
function asDeadline(error: unknown, signal: AbortSignal | undefined, parent: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true || parent?.aborted === true) return error
  return new ConnectError('the call took too long', Code.DeadlineExceeded, undefined, undefined, error)
}

async function* listed(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
