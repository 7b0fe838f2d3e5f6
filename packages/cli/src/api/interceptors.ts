import { Code } from '@connectrpc/connect'
import { createDeadline, systemClock } from '@waystone/kit'
import { rpcError } from '@waystone/rpc'
import { NodeSilentError } from './errors.ts'
import type { Interceptor } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'

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
export function limitUnaryTime(ms: number = UNARY_TIMEOUT_MS, clock: Clock = systemClock): Interceptor {
  return next => async request => {
    if (request.stream) return await next(request)
    const { method, signal } = request
    using deadline = createDeadline({ ms, what: method.name, signal, clock })
    try {
      return await next({ ...request, signal: deadline.signal })
    } catch (error) {
      if (signal.aborted || !deadline.signal.aborted) throw error
      throw rpcError(Code.DeadlineExceeded, silent(method.name, ms))
    }
  }
}

function silent(call: string, ms: number): NodeSilentError {
  return new NodeSilentError(`the node did not answer ${call} within ${ms / 1_000} s`, {
    hint: 'it may be overloaded, or another program may listen there'
  })
}
