import { WaystoneError } from '@waystone/interface'
import { systemClock } from './clock.ts'
import type { Clock } from '@waystone/interface'

/** Work did not end within the time it was given. */
export class DeadlineExceededError extends WaystoneError {
  static override readonly name = 'DeadlineExceededError'
}

export interface DeadlineInit {
  /** Milliseconds from now. */
  ms: number
  /** What is being waited for; it appears in the error. */
  what: string
  /** Ends the deadline's signal early, with its own reason. */
  signal?: AbortSignal | undefined
  clock?: Clock
}

export interface Deadline extends Disposable {
  /** Aborts with `DeadlineExceededError`, or with the parent's reason. */
  signal: AbortSignal
}

/**
 * One signal that ends when time is up or when the parent signal ends.
 * Dispose of it (`using`) when the work is done: it then leaves no timer and
 * no listener behind, which chains of `AbortSignal.any` with long timeouts do.
 *
 * @example
 * using deadline = createDeadline({ ms: 10_000, what: 'handshake', signal })
 * await stream.read({ signal: deadline.signal })
 */
export function createDeadline(init: DeadlineInit): Deadline {
  const { ms, what, signal: parent, clock = systemClock } = init
  const controller = new AbortController()
  const { signal } = controller
  if (parent?.aborted === true) {
    controller.abort(parent.reason)
    return { signal, [Symbol.dispose]: () => {} }
  }
  const timer = clock.setTimeout(() => end(new DeadlineExceededError(`${what} took longer than ${ms} ms`)), ms)
  const follow = (): void => end(parent?.reason)
  const dispose = (): void => {
    timer.clear()
    parent?.removeEventListener('abort', follow)
  }
  const end = (reason: unknown): void => {
    dispose()
    controller.abort(reason)
  }
  parent?.addEventListener('abort', follow, { once: true })
  return { signal, [Symbol.dispose]: dispose }
}
