import type { Connection, Libp2pEvents, PeerId, TypedEventTarget } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Peers that are remembered. One IP opens 20 connections in a second at most: it takes a minute to make this forget. */
const MAX_REMEMBERED = 1_000

/**
 * Where peers were that have just left: they came from there, whatever they say
 * of themselves. Those who left longest ago are forgotten first.
 */
export class LastAddresses {
  // longest not seen first, as a Map keeps the order of insertion
  readonly #byPeer = new Map<string, Multiaddr>()

  /** Watches as long as the node lives, as the table of the DHT does. */
  constructor(events: Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener'>) {
    events.addEventListener('connection:close', ({ detail }) => this.#left(detail))
  }

  /** Nothing if it never was here, or long ago. */
  of(peer: PeerId): Multiaddr[] {
    const address = this.#byPeer.get(peer.toString())
    return address === undefined ? [] : [address]
  }

  #left({ remotePeer, remoteAddr }: Connection): void {
    const id = remotePeer.toString()
    this.#byPeer.delete(id)
    this.#byPeer.set(id, remoteAddr)
    const [oldest] = this.#byPeer.keys()
    if (this.#byPeer.size > MAX_REMEMBERED && oldest !== undefined) this.#byPeer.delete(oldest)
  }
}
