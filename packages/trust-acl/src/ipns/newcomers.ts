/** Ends what goes on while nobody is there, when the next peer comes. */
export class Newcomers {
  readonly #waiting = new Set<AbortController>()

  came(): void {
    for (const waiting of this.#waiting) waiting.abort(new DOMException('a peer has come', 'AbortError'))
  }

  /** Its signal aborts with the outer one, and when a peer comes before it is disposed. */
  next(outer: AbortSignal): Disposable & { readonly signal: AbortSignal } {
    const waiting = new AbortController()
    this.#waiting.add(waiting)
    return {
      signal: AbortSignal.any([outer, waiting.signal]),
      [Symbol.dispose]: () => void this.#waiting.delete(waiting)
    }
  }
}
