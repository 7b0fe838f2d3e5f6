import { DeadlineExceededError } from '@waystone/kit'
import type { Clock, Timer } from '@waystone/interface'

export interface IdleDeadlineInit {
  /** Milliseconds without progress. */
  ms: number
  /** What is being waited for; it appears in the error. */
  what: string
  signal: AbortSignal
  clock: Clock
}

/** Ends work that makes no progress for too long, however long all of it takes. */
export class IdleDeadline implements Disposable {
  readonly #init: IdleDeadlineInit
  readonly #controller = new AbortController()
  #timer: Timer

  constructor(init: IdleDeadlineInit) {
    this.#init = init
    this.#timer = this.#arm()
    init.signal.addEventListener('abort', this.#follow, { once: true })
    if (init.signal.aborted) this.#follow()
  }

  /** Aborts with `DeadlineExceededError`, or with the parent's reason. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** There was progress. */
  touch(): void {
    this.#timer.clear()
    if (!this.signal.aborted) this.#timer = this.#arm()
  }

  [Symbol.dispose](): void {
    this.#timer.clear()
    this.#init.signal.removeEventListener('abort', this.#follow)
  }

  #arm(): Timer {
    const { clock, ms, what } = this.#init
    return clock.setTimeout(() => this.#end(new DeadlineExceededError(`${what} came no further in ${ms} ms`)), ms)
  }

  #end(reason: unknown): void {
    this[Symbol.dispose]()
    this.#controller.abort(reason)
  }

  readonly #follow = (): void => this.#end(this.#init.signal.reason)
}
