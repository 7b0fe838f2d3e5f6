import type { AbortOptions } from '@libp2p/interface'

/** Events that wait for one reader. Of more than `max` the oldest are dropped: a slow reader must not hold tunnels up. */
export class EventQueue<T> {
  readonly #max: number
  readonly #waiting: T[] = []
  #wake: () => void = () => {}

  constructor(max: number) {
    this.#max = max
  }

  push(event: T): void {
    if (this.#waiting.length >= this.#max) this.#waiting.shift()
    this.#waiting.push(event)
    this.#wake()
  }

  /** Ends with the signal. */
  async *read({ signal }: AbortOptions): AsyncGenerator<T> {
    const stop = (): void => this.#wake()
    signal?.addEventListener('abort', stop)
    try {
      for (;;) {
        if (signal?.aborted === true) return
        const event = this.#waiting.shift()
        if (event === undefined) await new Promise<void>(resolve => (this.#wake = resolve))
        else yield event
      }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
}
