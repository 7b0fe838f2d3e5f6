import { createClient } from '@connectrpc/connect'
import type { DescService } from '@bufbuild/protobuf'
import type { CallOptions, Client, Transport } from '@connectrpc/connect'

const STREAMED = new Set(['server_streaming', 'bidi_streaming'])

type StreamingCall = (request: never, options?: CallOptions) => AsyncIterable<unknown>

/**
 * A Connect client whose streaming calls end when their reader leaves the loop.
 * Connect's own go on until a signal ends them: stream, handler and all.
 */
export function createPeerClient<S extends DescService>(service: S, transport: Transport): Client<S> {
  const client = createClient(service, transport)
  const streaming = service.methods.filter(({ methodKind }) => STREAMED.has(methodKind))
  const calls = streaming.map(({ localName }): [string, StreamingCall] => {
    const call: StreamingCall = Reflect.get<object, string>(client, localName)
    return [localName, (request, options) => endingWithReader(call, request, options)]
  })
  return Object.assign(client, Object.fromEntries(calls))
}

function endingWithReader(call: StreamingCall, request: never, options: CallOptions = {}): AsyncIterable<unknown> {
  const controller = new AbortController()
  const { signal } = options
  const follow = (): void => controller.abort(signal?.reason)
  if (signal?.aborted === true) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  const answer = call(request, { ...options, signal: controller.signal })[Symbol.asyncIterator]()
  const release = (): void => signal?.removeEventListener('abort', follow)
  const next = async (): Promise<IteratorResult<unknown>> => {
    try {
      const result = await answer.next()
      if (result.done === true) release()
      return result
    } catch (error) {
      release()
      throw error
    }
  }
  const leave = async (): Promise<IteratorResult<unknown>> => {
    release()
    controller.abort()
    // takes the failure that this is to a call that had not begun to answer
    void answer.next().catch(() => {})
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}
