/** Whoever wants to be told; one that throws does not keep the others from being told. */
export class Listeners {
  readonly #listeners = new Set<{ call: () => void }>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Until the returned function is called. */
  add(call: () => void): () => void {
    const listener = { call }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  call(): void {
    for (const listener of this.#listeners) {
      try {
        listener.call()
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
