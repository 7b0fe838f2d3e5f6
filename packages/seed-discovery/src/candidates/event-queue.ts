import { abortable } from '@waystone/kit'

/** What one part says and another reads, in order, until the end. Whoever pushes bounds how much. */
export class EventQueue<T> {
  readonly #events: T[] = []
  #isEnded = false
  #more = Promise.withResolvers<void>()

  push(event: T): void {
    this.#events.push(event)
    this.#more.resolve()
  }

  end(): void {
    this.#isEnded = true
    this.#more.resolve()
  }

  /** Rejects with the signal's reason when it ends first. */
  async *read(signal: AbortSignal): AsyncGenerator<T> {
    for (;;) {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) yield event
      if (this.#isEnded) return
      await abortable(this.#more.promise, signal)
      this.#more = Promise.withResolvers()
    }
  }
}
