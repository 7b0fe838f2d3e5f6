import { FeedOverflowError } from './errors.ts'

/** Progress of one file is told this often at most, in milliseconds: faster than anybody reads. */
const PROGRESS_EVERY_MS = 100
/** What waits for a reader; a receipt that nobody reads is no reason to fill the memory. */
const MAX_WAITING = 1_024

/**
 * Carries what happens to one reader that may be slow: of progress it gets the
 * latest, of everything else each.
 */
export class EventFeed<T> {
  readonly #now: () => number
  readonly #waiting: { event: T; key: string | undefined }[] = []
  readonly #toldAt = new Map<string, number>()
  #ended: { error?: unknown } | undefined
  #wake: () => void = () => {}

  /** @param now - monotonic, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  push(event: T): void {
    this.#add(event, undefined)
  }

  /** @param key - whose progress it is; an earlier one that still waits is replaced */
  progress(key: string, event: T): void {
    const now = this.#now()
    if (now - (this.#toldAt.get(key) ?? -Infinity) < PROGRESS_EVERY_MS) return
    this.#toldAt.set(key, now)
    const waiting = this.#waiting.find(each => each.key === key)
    if (waiting === undefined) this.#add(event, key)
    else waiting.event = event
  }

  /** No more progress of this. */
  forget(key: string): void {
    this.#toldAt.delete(key)
  }

  /** What waits is still read, then the feed ends: with the error, if there is one. */
  end(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error }
    this.#wake()
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next !== undefined) yield next.event
      else if (this.#ended === undefined) await this.#something()
      else if ('error' in this.#ended) throw this.#ended.error
      else return
    }
  }

  #add(event: T, key: string | undefined): void {
    if (this.#ended !== undefined) return
    if (this.#waiting.length >= MAX_WAITING) return this.end(new FeedOverflowError('too much happens for this reader'))
    this.#waiting.push({ event, key })
    this.#wake()
  }

  async #something(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
  }
}
