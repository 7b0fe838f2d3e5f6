/** What a watcher reads, and how much it missed just before that because it was slow. */
export interface Seen<T> {
  item: T
  dropped: number
}

export interface WatchInit<T> {
  /** The watcher may be this many items behind before the oldest are dropped. */
  maxWaiting: number
  /** Whether the watcher wants an item at all. */
  accepts: (item: T) => boolean
  /** Told when the watcher is gone. */
  onClose?: () => void
}

/** One watcher: reads what was pushed since it was opened. Dispose of it in any case. */
export class Watch<T> implements Disposable {
  readonly #init: WatchInit<T>
  readonly #leave: () => void
  readonly #waiting: T[] = []
  #dropped = 0
  #ended = false
  #wake: () => void = () => {}

  constructor(init: WatchInit<T>, leave: () => void) {
    this.#init = init
    this.#leave = leave
  }

  push(item: T): void {
    if (!this.#init.accepts(item)) return
    if (this.#waiting.length >= this.#init.maxWaiting) {
      this.#waiting.shift()
      this.#dropped++
    }
    this.#waiting.push(item)
    this.#wake()
  }

  /** Everything from now on; ends, without an error, with the signal or when the watch is disposed of. */
  async *read(signal: AbortSignal): AsyncGenerator<Seen<T>, void, undefined> {
    const wake = (): void => this.#wake()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted && !this.#ended) {
        const [item] = this.#waiting.splice(0, 1)
        if (item === undefined) await new Promise<void>(resolve => (this.#wake = resolve))
        else yield { item, dropped: this.#takeDropped() }
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  [Symbol.dispose](): void {
    this.#ended = true
    this.#leave()
    this.#wake()
  }

  #takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}

/** All who watch one thing. Nothing is kept for those who come later. */
export class Watchers<T> {
  readonly #open = new Set<Watch<T>>()

  get size(): number {
    return this.#open.size
  }

  push(item: T): void {
    for (const watch of this.#open) watch.push(item)
  }

  /** The watcher misses nothing that comes from here on, however late it begins to read. */
  open(init: WatchInit<T>): Watch<T> {
    const watch: Watch<T> = new Watch(init, () => {
      this.#open.delete(watch)
      init.onClose?.()
    })
    this.#open.add(watch)
    return watch
  }
}
