/**
 * Counts peers by the networks that they are in, and says who is one too many. Pure.
 */
export class NetworkCounts {
  readonly #perNetwork: number
  readonly #networks = new Map<string, readonly string[]>()
  readonly #counts = new Map<string, number>()

  /** @param perNetwork - peers of one network at most */
  constructor(perNetwork: number) {
    this.#perNetwork = perNetwork
  }

  /** Peers that are counted. */
  get size(): number {
    return this.#networks.size
  }

  has(peer: string): boolean {
    return this.#networks.has(peer)
  }

  /** Whether none of these networks is full. */
  fits(networks: readonly string[]): boolean {
    return networks.every(network => (this.#counts.get(network) ?? 0) < this.#perNetwork)
  }

  /** Counts a peer in all its networks, or says false and counts it in none. Who is counted already stays as it is. */
  take(peer: string, networks: readonly string[]): boolean {
    if (this.has(peer)) return true
    if (!this.fits(networks)) return false
    this.#networks.set(peer, networks)
    for (const network of networks) this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1)
    return true
  }

  /** Makes room. Safe for a peer that is not counted. */
  release(peer: string): void {
    for (const network of this.#networks.get(peer) ?? []) {
      const left = (this.#counts.get(network) ?? 1) - 1
      if (left > 0) this.#counts.set(network, left)
      else this.#counts.delete(network)
    }
    this.#networks.delete(peer)
  }
}
