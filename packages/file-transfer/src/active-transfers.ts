import type { Opening } from './openings.ts'

/** One transfer that is being received. */
export interface ActiveTransfer {
  /** See `partKey`. */
  key: string
  peer: string
  /** The session of its offer, in hex. */
  session: string
  /** What admitted it. */
  opening: Opening
  abort(reason: Error): void
  /** Resolves when its part file is closed. */
  done: Promise<void>
}

/** Which transfers are being received now: one at most for each key. */
export class ActiveTransfers {
  readonly #byKey = new Map<string, ActiveTransfer>()

  get count(): number {
    return this.#byKey.size
  }

  countOf(peer: string): number {
    return [...this.#byKey.values()].filter(transfer => transfer.peer === peer).length
  }

  keys(): Iterable<string> {
    return this.#byKey.keys()
  }

  get(key: string): ActiveTransfer | undefined {
    return this.#byKey.get(key)
  }

  add(transfer: ActiveTransfer): void {
    this.#byKey.set(transfer.key, transfer)
  }

  remove(transfer: ActiveTransfer): void {
    if (this.#byKey.get(transfer.key) === transfer) this.#byKey.delete(transfer.key)
  }

  /** @param opening - only those that it admitted; default: all */
  async abortAll(reason: Error, opening?: Opening): Promise<void> {
    const all = [...this.#byKey.values()].filter(transfer => opening === undefined || transfer.opening === opening)
    for (const transfer of all) transfer.abort(reason)
    await Promise.all(all.map(transfer => transfer.done))
  }
}
