import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '@libp2p/interface'
import type { ClusterFile, ClusterMember, ClusterMembership } from '@waystone/interface'

/** The IPNS name of some key. */
export const CLUSTER = 'k51qzi5uqu5di3f1nh9ghouv3e5dfupe3wbgb8gy679ko7ttpovbtr2bwjz8rt'

/** The members that a test says there are. */
export class ListedMembership implements ClusterMembership {
  readonly name = 'test'
  readonly key: string
  /** How often a newer file was looked for. */
  looks = 0
  /** What a look finds. */
  onLook: () => void = () => {}
  readonly #listeners = new Set<() => void>()
  #file: ClusterFile | undefined
  #members: readonly ClusterMember[] = []

  constructor(key: string = CLUSTER) {
    this.key = key
  }

  /** Another file came. */
  set(peers: readonly (PeerId | string)[], sequence = 1n): void {
    this.#members = peers.map((peer, at) => ({ id: peer.toString(), label: `seed-${at}`, addresses: [] }))
    this.#file = { sequence, validUntil: 4_000_000_000_000 }
    for (const listener of this.#listeners) listener()
  }

  file(): ClusterFile | undefined {
    return this.#file
  }

  members(): readonly ClusterMember[] {
    return this.#members
  }

  has(peer: PeerId): boolean {
    return this.#members.some(({ id }) => id === peer.toString())
  }

  async refresh(): Promise<void> {
    this.looks++
    this.onLook()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** The multihash of the key of {@link CLUSTER}. */
export function clusterId(key: string = CLUSTER): Uint8Array {
  return peerIdFromString(key).toMultihash().bytes
}
