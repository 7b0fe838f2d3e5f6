import { Code } from '@connectrpc/connect'
import { rpcError } from '@waystone/rpc'
import { NodeStoppingError } from './errors.ts'
import type { ConnectError } from '@connectrpc/connect'

/** What a call is told that a stop of the node ends. */
export function nodeStops(): ConnectError {
  const error = new NodeStoppingError('the node stops', { hint: 'try again when it runs' })
  return rpcError(Code.Unavailable, error)
}

/**
 * For a call that works with peers: libp2p stops before the admin API, and
 * what then fails would look like a failure of the peer's.
 *
 * @param call - of the call itself
 * @returns a signal that aborts with the call's, or with {@link nodeStops}; dispose of it with the call
 */
export function whileRunning(stopping: AbortSignal, call: AbortSignal): Disposable & { signal: AbortSignal } {
  const controller = new AbortController()
  const stop = (): void => controller.abort(nodeStops())
  const end = (): void => controller.abort(call.reason)
  stopping.addEventListener('abort', stop)
  call.addEventListener('abort', end)
  if (call.aborted) end()
  else if (stopping.aborted) stop()
  const dispose = (): void => {
    stopping.removeEventListener('abort', stop)
    call.removeEventListener('abort', end)
  }
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}
