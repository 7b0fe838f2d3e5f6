import { KEEP_ALIVE } from '@libp2p/interface'
import { CONNECT, HOLD, RELAY, RELAY_KEEP_ALIVE_TAG, SEED_TAG } from './constants.ts'
import type { Logger, Peer, PeerId, PeerStore } from '@libp2p/interface'
import type { SeedTrust } from './contract.ts'

/**
 * Takes `keep-alive` tags from peers that may not be held. Parts of libp2p give
 * them to whom they like (kad-dht to the peers next to it, the circuit relay
 * transport to its relays), and libp2p dials every peer with one at start and
 * whenever it is lost.
 */
export class KeepAliveTags {
  readonly #peerStore: PeerStore
  readonly #trust: SeedTrust
  readonly #log: Logger
  readonly #tagged = new Map<string, PeerId>()

  constructor(peerStore: PeerStore, trust: SeedTrust, log: Logger) {
    this.#peerStore = peerStore
    this.#trust = trust
    this.#log = log
  }

  /** Before libp2p dials who was tagged when the node last ran. Seeds of that time lose their tag too. */
  async beforeDials(): Promise<void> {
    const peers = await this.#peerStore.all({ filters: [peer => tagsOf(peer).length > 0] })
    await Promise.all(peers.map(async peer => this.#check(peer, CONNECT)))
  }

  /** Of libp2p's `peer:update`. */
  readonly onUpdate = ({ detail: { peer } }: CustomEvent<{ peer: Peer }>): void => {
    if (tagsOf(peer).length > 0) this.#checkSoon(peer)
  }

  /** Looks again at those that have such a tag: what they may has changed. */
  review(): void {
    for (const id of this.#tagged.values()) {
      this.#peerStore.get(id).then(
        peer => this.#checkSoon(peer),
        () => this.#tagged.delete(id.toString())
      )
    }
  }

  #checkSoon(peer: Peer): void {
    this.#check(peer, HOLD).catch((error: unknown) => this.#log('%p keeps its tags - %e', peer.id, error))
  }

  async #check(peer: Peer, trustFunction: string): Promise<void> {
    const all = tagsOf(peer)
    const denied = all.filter(tag => !this.#mayHave(peer.id, tag, trustFunction))
    if (denied.length === all.length) this.#tagged.delete(peer.id.toString())
    else this.#tagged.set(peer.id.toString(), peer.id)
    if (denied.length === 0) return
    await this.#peerStore.merge(peer.id, { tags: Object.fromEntries(denied.map(tag => [tag, undefined])) })
  }

  #mayHave(peer: PeerId, tag: string, trustFunction: string): boolean {
    if (this.#trust.explain({ peer }, trustFunction).allow) return true
    return tag === RELAY_KEEP_ALIVE_TAG && trustFunction === HOLD && this.#trust.explain({ peer }, RELAY).allow
  }
}

function tagsOf({ tags }: Peer): string[] {
  return [...tags.keys()].filter(tag => tag.startsWith(KEEP_ALIVE) || tag === SEED_TAG)
}
