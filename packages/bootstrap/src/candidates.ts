import { MAX_CANDIDATES } from './constants.ts'
import type { PeerId } from '@libp2p/interface'

export interface Candidate {
  readonly peer: PeerId
  /** When it is its turn, by {@link Clock.monotonic}. */
  readonly at: number
  /** How often in a row it was dialled in vain. */
  readonly failures: number
}

/** Who may be dialled back, in the order in which they came; a bounded number. */
export class Candidates {
  readonly #all = new Map<string, Candidate>()
  /** Those of them that have left, and only wait until they might be dialled again. */
  readonly #left = new Set<string>()

  get size(): number {
    return this.#all.size
  }

  /** @param at - when it is its turn, if it does not wait already */
  came(peer: PeerId, at: () => number): void {
    const id = peer.toString()
    this.#left.delete(id)
    if (!this.#all.has(id) && this.#hasRoom()) this.#all.set(id, { peer, at: at(), failures: 0 })
  }

  left(peer: PeerId, now: number): void {
    const id = peer.toString()
    const candidate = this.#all.get(id)
    // one that failed keeps its wait: it would be dialled at each of its visits
    if (candidate === undefined) return
    if (candidate.at <= now) this.drop(id)
    else this.#left.add(id)
  }

  /** Those whose turn it is. They may be dropped and put off meanwhile. */
  *due(now: number): Generator<[id: string, candidate: Candidate]> {
    for (const one of this.#all) if (one[1].at <= now) yield one
  }

  /** To the end: who has just had a turn waits for all others. */
  putOff(id: string, candidate: Candidate): void {
    this.#all.delete(id)
    this.#all.set(id, candidate)
  }

  drop(id: string): void {
    this.#all.delete(id)
    this.#left.delete(id)
  }

  clear(): void {
    this.#all.clear()
    this.#left.clear()
  }

  /** Whoever is here comes before those that have left: they would keep others out by short visits. */
  #hasRoom(): boolean {
    if (this.#all.size < MAX_CANDIDATES) return true
    const [oldest] = this.#left
    if (oldest === undefined) return false
    this.drop(oldest)
    return true
  }
}
