import type { AuditEvent } from '../contract.ts'

/** What a follower reads, and how many events it missed just before because it was slow. */
export interface FollowedEvent {
  readonly event: AuditEvent
  readonly missed: number
}

/** An event that may still come again. */
export interface AuditRecord {
  event: AuditEvent
}

/** One who reads along. An event that was counted on while it waited is read once, with the last count. */
export class Follower {
  readonly #maxWaiting: number
  readonly #waiting = new Set<AuditRecord>()
  #missed = 0
  #wake: () => void = () => {}

  /** @param maxWaiting - events, before the oldest are dropped */
  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  push(record: AuditRecord): void {
    const [oldest] = this.#waiting
    if (oldest !== undefined && this.#waiting.size >= this.#maxWaiting && !this.#waiting.has(record)) {
      this.#waiting.delete(oldest)
      this.#missed++
    }
    this.#waiting.add(record)
    this.#wake()
  }

  /** Until the signal ends, without an error. */
  async *read(signal: AbortSignal): AsyncGenerator<FollowedEvent, void, undefined> {
    const wake = (): void => this.#wake()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        const next = this.#take()
        if (next === undefined) await new Promise<void>(resolve => (this.#wake = resolve))
        else yield next
      }
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  #take(): FollowedEvent | undefined {
    const [record] = this.#waiting
    if (record === undefined) return undefined
    this.#waiting.delete(record)
    const missed = this.#missed
    this.#missed = 0
    return { event: record.event, missed }
  }
}
