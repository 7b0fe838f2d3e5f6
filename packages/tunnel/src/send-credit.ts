import { TUNNEL_FRAME_MIN_COST } from '@waystone/wire/tunnel-limits'

/** What a data frame with so many bytes takes of the window. */
export function costOf(bytes: number): number {
  return Math.max(bytes, TUNNEL_FRAME_MIN_COST)
}

/** How many bytes the other side still takes; whoever sends waits for some. */
export class SendCredit {
  #left: number
  #waiting: PromiseWithResolvers<void> | undefined
  #failure: { error: unknown } | undefined

  /** @param window - bytes that it takes at first */
  constructor(window: number) {
    this.#left = window
  }

  get left(): number {
    return this.#left
  }

  add(bytes: number): void {
    // whoever gives more than can be counted gets no more than that
    this.#left = Math.min(this.#left + bytes, Number.MAX_SAFE_INTEGER)
    this.#waiting?.resolve()
  }

  /** Ends all waiting. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#waiting?.resolve()
  }

  /**
   * Takes what a frame of at most `most` bytes costs and says how long it may be; waits while there is too little.
   *
   * @throws what {@link fail} was told
   */
  async take(most: number): Promise<number> {
    while (this.#failure === undefined && this.#left < TUNNEL_FRAME_MIN_COST) {
      this.#waiting = Promise.withResolvers<void>()
      await this.#waiting.promise
    }
    if (this.#failure !== undefined) throw this.#failure.error
    const taken = Math.min(most, this.#left)
    this.#left -= costOf(taken)
    return taken
  }
}
