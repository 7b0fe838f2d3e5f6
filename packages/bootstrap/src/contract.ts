import type { AbortOptions, PeerId } from '@libp2p/interface'

/** A peer that was good to this node, kept over restarts. */
export interface GoodPeer {
  readonly id: string
  /** Multiaddrs as text at which it was reached, without the peer id. */
  readonly addresses: readonly string[]
  /** When it was reached last, in milliseconds since the Unix epoch. */
  readonly reachedAt: number
}

/** The service in `libp2p.services.bootstrap`. */
export interface Bootstrap {
  /** Good peers from earlier runs and from this one, spread over networks. */
  goodPeers(): readonly GoodPeer[]
  /** How much of what a seed handed out was alive, 0 to 1; nothing if it was never asked. */
  standing(seed: PeerId): number | undefined
  /** Asks seeds of different networks for a sample, checks it and mixes; what is given was not dialled yet. */
  sample(options?: AbortOptions): Promise<readonly GoodPeer[]>
}
