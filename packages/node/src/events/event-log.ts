import { Watchers } from './watch.ts'
import type { AdminEvents, Clock } from '@waystone/interface'
import type { Watch } from './watch.ts'

/** Something that happened, as the operator is told. */
export interface AdminEvent {
  /** Milliseconds since the Unix epoch. */
  atMs: number
  /** Such as `peer:connect`. */
  kind: string
  detail: Readonly<Record<string, unknown>>
}

/** A slow watcher may be this many events behind before the oldest are dropped. */
const MAX_WAITING = 1_000

/** Hands events to whoever watches; nothing is kept for later. */
export class EventLog implements AdminEvents {
  readonly #clock: Clock
  readonly #watchers = new Watchers<AdminEvent>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Without any, nobody needs to describe what happens. */
  get watchers(): number {
    return this.#watchers.size
  }

  emit(kind: string, detail: Readonly<Record<string, unknown>> = {}): void {
    if (this.#watchers.size > 0) this.#watchers.push({ atMs: this.#clock.now(), kind, detail })
  }

  /** @param kinds - only events whose kind begins with one of these; all if there are none */
  watch(kinds: readonly string[] = []): Watch<AdminEvent> {
    const accepts = ({ kind }: AdminEvent): boolean => kinds.length === 0 || kinds.some(start => kind.startsWith(start))
    return this.#watchers.open({ maxWaiting: MAX_WAITING, accepts })
  }
}
