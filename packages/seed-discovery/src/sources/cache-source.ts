import { peerIdFromString } from '@libp2p/peer-id'
import { MAX_ADDRESSES } from './constants.ts'
import { readFed } from './read-fed.ts'
import type { CachedPeer } from '../contract-sources.ts'
import type { Look, Source } from './source.ts'

/** Peers that another part of this node remembers; most of them are no seeds, and are not dialled as such. */
export class CacheSource implements Source {
  readonly kind = 'cache'
  readonly target = ''
  readonly #peers: () => readonly CachedPeer[]

  constructor(peers: () => readonly CachedPeer[]) {
    this.#peers = peers
  }

  async look(): Promise<Look> {
    const peers = this.#peers().slice(0, MAX_ADDRESSES)
    return { seeds: peers.flatMap(({ id, addresses }) => readFed(peerIdFromString(id), addresses)), faults: [] }
  }
}
