import type { PeerId } from '@libp2p/interface'

/**
 * Whom this node asks for blocks now. Answers come on streams which those peers
 * open, so that nothing in a stream tells an answer from a gift.
 */
export class AskedPeers {
  readonly #asked = new Set<string>()
  #fetches = 0

  has(peer: PeerId): boolean {
    return this.#asked.has(peer.toString())
  }

  /** Remembers a peer until no fetch is under way; without one there is nothing to answer. */
  add(peer: PeerId): void {
    if (this.#fetches > 0) this.#asked.add(peer.toString())
  }

  /** A fetch begins; dispose of it at its end. */
  during(): Disposable {
    this.#fetches++
    return {
      [Symbol.dispose]: () => {
        this.#fetches--
        if (this.#fetches === 0) this.#asked.clear()
      }
    }
  }
}
