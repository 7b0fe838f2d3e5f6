/** Counts what peers have open, each and together, and says when it is too much. */
export class Admission {
  readonly #max: number
  readonly #maxPerPeer: number
  readonly #byPeer = new Map<string, number>()
  #all = 0

  constructor(max: number, maxPerPeer: number) {
    this.#max = max
    this.#maxPerPeer = maxPerPeer
  }

  get open(): number {
    return this.#all
  }

  /** Counts one more, or says why not. */
  enter(peer: string): 'entered' | 'peer is full' | 'all is full' {
    const mine = this.#byPeer.get(peer) ?? 0
    if (mine >= this.#maxPerPeer) return 'peer is full'
    if (this.#all >= this.#max) return 'all is full'
    this.#byPeer.set(peer, mine + 1)
    this.#all++
    return 'entered'
  }

  leave(peer: string): void {
    const mine = this.#byPeer.get(peer) ?? 0
    if (mine <= 1) this.#byPeer.delete(peer)
    else this.#byPeer.set(peer, mine - 1)
    this.#all--
  }
}
