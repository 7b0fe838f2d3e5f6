import type { Clock, Timer } from '@waystone/interface'

/** Timers that all end together. */
export class Timers {
  readonly #clock: Clock
  readonly #running = new Set<Timer>()
  #ended = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(ms: number, work: () => void): void {
    if (this.#ended) return
    const timer = this.#clock.setTimeout(() => {
      this.#running.delete(timer)
      work()
    }, ms)
    this.#running.add(timer)
  }

  end(): void {
    this.#ended = true
    for (const timer of this.#running) timer.clear()
    this.#running.clear()
  }
}
