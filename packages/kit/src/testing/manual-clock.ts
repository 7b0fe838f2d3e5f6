import { sleep } from '../clock.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Timer } from '@waystone/interface'

interface Scheduled {
  at: number
  callback: () => void
}

/** A clock that stands still until a test moves it with {@link ManualClock.advance}. */
export class ManualClock implements Clock {
  #now: number
  readonly #scheduled = new Set<Scheduled>()

  /** @param now - start, in milliseconds since the Unix epoch */
  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now
  }

  /** How many callbacks wait; a test that leaves some has a leak. */
  get pending(): number {
    return this.#scheduled.size
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const entry = { at: this.#now + delayMs, callback }
    this.#scheduled.add(entry)
    return { clear: () => this.#scheduled.delete(entry) }
  }

  async sleep(delayMs: number, options?: AbortOptions): Promise<void> {
    await sleep(this, delayMs, options)
  }

  /** Moves time forward, runs what falls due in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    // what is about to set a timer does so before time moves
    await settle()
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#scheduled.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }

  #next(end: number): Scheduled | undefined {
    const due = [...this.#scheduled].filter(entry => entry.at <= end)
    return due.sort((a, b) => a.at - b.at)[0]
  }
}

// a full turn of the event loop drains every microtask that is already queued
async function settle(): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
}
