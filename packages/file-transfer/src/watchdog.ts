import { TransferStalledError } from './errors.ts'
import type { Clock, Timer } from '@waystone/interface'

export interface WatchdogInit {
  /** How long {@link Watchdog.progress} allows until it is called again, in milliseconds. */
  stallMs: number
  clock: Clock
  /** Ends the watchdog's signal early, with its own reason. */
  signal?: AbortSignal | undefined
}

/**
 * One deadline that moves along with a transfer. It keeps a single timer, which
 * is set again only when it fires, so that progress costs one comparison.
 */
export class Watchdog implements Disposable {
  readonly #controller = new AbortController()
  readonly #init: WatchdogInit
  #timer: Timer | undefined
  #timerAt = Infinity
  #allowedMs = 0
  #deadline = Infinity

  constructor(init: WatchdogInit) {
    this.#init = init
    if (init.signal?.aborted === true) this.#follow()
    else init.signal?.addEventListener('abort', this.#follow, { once: true })
  }

  /** Aborts with `TransferStalledError`, or with the parent's reason. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something has to happen within `ms` milliseconds from now. */
  expect(ms: number): void {
    this.#allowedMs = ms
    this.#deadline = this.#init.clock.monotonic() + ms
    if (this.#deadline < this.#timerAt) this.#arm(ms)
  }

  /** A byte moved. */
  progress(): void {
    this.expect(this.#init.stallMs)
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  [Symbol.dispose](): void {
    this.#timer?.clear()
    this.#timerAt = -Infinity
    this.#init.signal?.removeEventListener('abort', this.#follow)
  }

  #arm(ms: number): void {
    this.#timer?.clear()
    this.#timerAt = this.#init.clock.monotonic() + ms
    this.#timer = this.#init.clock.setTimeout(this.#check, ms)
  }

  readonly #check = (): void => {
    const left = this.#deadline - this.#init.clock.monotonic()
    if (left > 0) this.#arm(left)
    else this.abort(new TransferStalledError(this.#allowedMs))
  }

  readonly #follow = (): void => this.abort(this.#init.signal?.reason)
}
