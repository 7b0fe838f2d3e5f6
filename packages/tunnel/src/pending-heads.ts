/** A stream whose head has not come yet. */
export interface PendingHead {
  peer: string
  /** Resets it. */
  drop(): void
}

/**
 * The streams whose head has not come yet. An honest head comes right behind
 * its stream, so when there are too many, the one that waits longest goes, of
 * the peer that has the most.
 */
export class PendingHeads {
  readonly #max: number
  // in the order of arrival
  readonly #byPeer = new Map<string, Set<PendingHead>>()
  #size = 0

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#size
  }

  add(head: PendingHead): void {
    const ofPeer = this.#byPeer.get(head.peer) ?? new Set()
    this.#byPeer.set(head.peer, ofPeer.add(head))
    this.#size++
    if (this.#size > this.#max) this.#dropOne()
  }

  remove(head: PendingHead): void {
    const ofPeer = this.#byPeer.get(head.peer)
    if (ofPeer?.delete(head) !== true) return
    this.#size--
    if (ofPeer.size === 0) this.#byPeer.delete(head.peer)
  }

  #dropOne(): void {
    const sets = [...this.#byPeer.values()]
    const most = sets.reduce((largest, next) => (next.size > largest.size ? next : largest), new Set<PendingHead>())
    const [oldest] = most
    if (oldest === undefined) return
    this.remove(oldest)
    oldest.drop()
  }
}
