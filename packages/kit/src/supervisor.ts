import { WaystoneError } from '@waystone/interface'
import { backoffDelay } from './backoff.ts'
import { systemClock } from './clock.ts'
import { systemRandom } from './random.ts'
import type { BackoffInit } from './backoff.ts'
import type { Clock, Random } from '@waystone/interface'

/** What a supervisor kept is gone, or was not there after an attempt that seemed to succeed. */
export class LostError extends WaystoneError {
  static override readonly name = 'LostError'
}

export interface SupervisorInit extends BackoffInit {
  /** What is kept; it appears in the error of a loss. */
  what: string
  /** Whether what is kept is there now. Asked after every wake, so it must be cheap. */
  isHeld(): boolean
  /** One attempt to get it. Must end soon after the signal does. */
  acquire(options: { signal: AbortSignal }): Promise<void>
  /** Called each time it is there (again). */
  onHeld?(): void
  /**
   * Called before each wait.
   *
   * @param nextTryAt - milliseconds since the Unix epoch
   */
  onFailure?(error: unknown, nextTryAt: number): void
  clock?: Clock
  random?: Random
}

interface Ending {
  /** Why the thing is not held. */
  error: unknown
  heldMs: number
}

interface Wait {
  until: () => boolean
  signal: AbortSignal
  /** Milliseconds; without it the wait has no end of its own. */
  atMost?: number
}

/**
 * Keeps something that can be lost, such as a connection or a reservation:
 * gets it, waits until it is gone, gets it again, for ever, with backoff. It
 * does not poll: whoever sees a sign of change calls {@link Supervisor.wake}.
 *
 * The backoff starts over only after the thing was held for `maxMs`: a remote
 * that gives and takes in turns is not asked more often than one that refuses.
 *
 * @example
 * const supervisor = new Supervisor({ what: 'connection', isHeld, acquire, baseMs: 500, maxMs: 30_000 })
 * events.addEventListener('connection:close', () => supervisor.wake())
 * await supervisor.run({ signal })
 */
export class Supervisor {
  readonly #init: SupervisorInit
  readonly #clock: Clock
  readonly #random: Random
  #look: (() => void) | undefined

  constructor(init: SupervisorInit) {
    this.#init = init
    this.#clock = init.clock ?? systemClock
    this.#random = init.random ?? systemRandom
  }

  /** Looks again whether the thing is held; safe to call at any time. */
  wake(): void {
    this.#look?.()
  }

  /** Resolves when the signal ends, never rejects. One run at a time. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      const { error, heldMs } = await this.#holdOnce(signal)
      if (signal.aborted) return
      if (heldMs >= this.#init.maxMs) failures = 0
      const delay = backoffDelay(failures, this.#init, this.#random.number())
      this.#init.onFailure?.(error, this.#clock.now() + delay)
      await this.#wait({ until: () => this.#init.isHeld(), signal, atMost: delay })
    }
  }

  async #holdOnce(signal: AbortSignal): Promise<Ending> {
    try {
      if (!this.#init.isHeld()) await this.#init.acquire({ signal })
    } catch (error) {
      return { error, heldMs: 0 }
    }
    const since = this.#clock.monotonic()
    if (this.#init.isHeld()) this.#init.onHeld?.()
    await this.#wait({ until: () => !this.#init.isHeld(), signal })
    return { error: new LostError(`${this.#init.what} lost`), heldMs: this.#clock.monotonic() - since }
  }

  async #wait({ until, signal, atMost }: Wait): Promise<void> {
    if (signal.aborted || until()) return
    await new Promise<void>(resolve => {
      const timer = atMost === undefined ? undefined : this.#clock.setTimeout(end, atMost)
      const look = (): void => (until() ? end() : undefined)
      function end(): void {
        timer?.clear()
        signal.removeEventListener('abort', end)
        resolve()
      }
      signal.addEventListener('abort', end, { once: true })
      this.#look = look
    })
    this.#look = undefined
  }
}
