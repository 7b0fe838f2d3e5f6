import { Code, ConnectError } from '@connectrpc/connect'
import type { Interceptor } from '@connectrpc/connect'

/** Ends a call whose request holds more messages than `max`. */
export function limitMessages(max: number): Interceptor {
  return next => async request => {
    if (!request.stream) return await next(request)
    return await next({ ...request, message: atMost(request.message, max) })
  }
}

async function* atMost<T>(messages: AsyncIterable<T>, max: number): AsyncGenerator<T> {
  let count = 0
  for await (const message of messages) {
    if (++count > max) throw new ConnectError(`more than ${max} messages in one call`, Code.ResourceExhausted)
    yield message
  }
}
