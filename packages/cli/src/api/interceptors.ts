import { createDeadline } from '@waystone/kit'
import type { Interceptor } from '@connectrpc/connect'

/** A dial through relays may take a while; nothing else does. */
const UNARY_TIMEOUT_MS = 60_000

/** Sends the token with every call. */
export function authorize(token: string): Interceptor {
  return next => request => {
    request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }
}

/** Ends unary calls that take too long; streams end with their caller. */
export function limitUnaryTime(ms: number = UNARY_TIMEOUT_MS): Interceptor {
  return next => async request => {
    if (request.stream) return await next(request)
    using deadline = createDeadline({ ms, what: request.method.name, signal: request.signal })
    return await next({ ...request, signal: deadline.signal })
  }
}
