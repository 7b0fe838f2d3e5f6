/** So many pieces of work at a time; the first that fails stops the rest. */
export class Lanes {
  readonly #count: number
  readonly #running = new Set<Promise<void>>()
  #failure: { error: unknown } | undefined

  constructor(count: number) {
    this.#count = count
  }

  /**
   * Waits until there is a free lane, and begins.
   *
   * @throws what a piece of work that began earlier has thrown
   */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#count) await Promise.race(this.#running)
    this.#check()
    const run = work()
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  /** Waits until all have ended. @throws as {@link begin} */
  async end(): Promise<void> {
    await Promise.all(this.#running)
    this.#check()
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
