import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { SourceKind } from '../contract-sources.ts'

/** Where a seed may be, and perhaps who it is. */
export interface FoundSeed {
  /** Without the peer id. */
  readonly address: Multiaddr
  readonly peer?: PeerId
}

export interface Look {
  /** In the order in which they are to be tried. */
  readonly seeds: readonly FoundSeed[]
  /** How long this is true, in milliseconds, if the source says so. */
  readonly ttlMs?: number | undefined
  /** What was wrong with parts that were left out. */
  readonly faults: readonly Error[]
}

/** Something that can be asked where seeds are. */
export interface Source {
  readonly kind: SourceKind
  /** What it looks at. */
  readonly target: string
  /** Rejects when it cannot be asked, or knows nothing. */
  look(options: AbortOptions & { signal: AbortSignal }): Promise<Look>
}
