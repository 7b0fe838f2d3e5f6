import type { AbortOptions, PeerId } from '@libp2p/interface'

/** A node that the cluster's trust file names. */
export interface ClusterMember {
  /** Peer id in base58. */
  readonly id: string
  readonly label: string
  /** Multiaddrs as text, without the peer id; often empty. */
  readonly addresses: readonly string[]
}

/** The trust file that says who belongs, verified. */
export interface ClusterFile {
  readonly sequence: bigint
  /** Milliseconds since the Unix epoch; absent if it was not fetched but shipped. */
  readonly fetched?: number
  /** When the record that signs it ends, in milliseconds since the Unix epoch. */
  readonly validUntil: number
}

/**
 * Who belongs to the cluster: the nodes in the trust file that is published under its key. There is no other way
 * to become a member. Addresses come from anywhere; the handshake proves the key, and this admits it.
 */
export interface ClusterMembership {
  /** As the config calls it. */
  readonly name: string
  /** The IPNS name of the trust file (`k51…`). */
  readonly key: string
  /** Nothing while no valid trust file is here. */
  file(): ClusterFile | undefined
  /** In the order of the file; the same list while nothing has changed. */
  members(): readonly ClusterMember[]
  has(peer: PeerId): boolean
  /** Looks for a newer trust file now, at every way there is. Never rejects but for the signal. */
  refresh(options?: AbortOptions): Promise<void>
  /** Calls back after members came or went, or the file did; until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** One run of a node: two that run with one key differ in it. */
export interface NodeInstance {
  /** 16 random bytes. */
  readonly id: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** Of the lease of the node's slot; absent without an identity pool. */
  readonly fence?: bigint
  /** Who counts the fence: those of two keepers say nothing of each other. Absent where nobody does. */
  readonly keeper?: bigint
  readonly slot?: number
}
