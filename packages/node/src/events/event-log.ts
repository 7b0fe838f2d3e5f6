import type { AbortOptions } from '@libp2p/interface'
import type { AdminEvents, Clock } from '@waystone/interface'

/** Something that happened, as the operator is told. */
export interface AdminEvent {
  /** Milliseconds since the Unix epoch. */
  atMs: number
  kind: string
  detail: Readonly<Record<string, unknown>>
}

/** A slow watcher may be this many events behind before the oldest are dropped. */
const MAX_WAITING = 1_000

interface Watcher {
  waiting: AdminEvent[]
  dropped: number
  wake: () => void
}

/** Hands events to whoever watches; nothing is kept for later. */
export class EventLog implements AdminEvents {
  readonly #clock: Clock
  readonly #watchers = new Set<Watcher>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get watchers(): number {
    return this.#watchers.size
  }

  emit(kind: string, detail: Readonly<Record<string, unknown>> = {}): void {
    if (this.#watchers.size === 0) return
    const event = { atMs: this.#clock.now(), kind, detail }
    for (const watcher of this.#watchers) push(watcher, event)
  }

  /** What happens from now on; ends with the signal. `dropped`: how many were lost just before this one. */
  watch({ signal }: AbortOptions = {}): AsyncGenerator<{ event: AdminEvent; dropped: number }> {
    // added here and not in the generator: it begins to run only when it is read
    const watcher: Watcher = { waiting: [], dropped: 0, wake: () => {} }
    this.#watchers.add(watcher)
    return this.#drain(watcher, signal)
  }

  async *#drain(
    watcher: Watcher,
    signal: AbortSignal | undefined
  ): AsyncGenerator<{ event: AdminEvent; dropped: number }> {
    const stop = (): void => watcher.wake()
    signal?.addEventListener('abort', stop)
    try {
      while (signal?.aborted !== true) {
        const event = watcher.waiting.shift()
        if (event === undefined) await new Promise<void>(resolve => (watcher.wake = resolve))
        else yield { event, dropped: takeDropped(watcher) }
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#watchers.delete(watcher)
    }
  }
}

function push(watcher: Watcher, event: AdminEvent): void {
  if (watcher.waiting.length >= MAX_WAITING) {
    watcher.waiting.shift()
    watcher.dropped++
  }
  watcher.waiting.push(event)
  watcher.wake()
}

function takeDropped(watcher: Watcher): number {
  const { dropped } = watcher
  watcher.dropped = 0
  return dropped
}
