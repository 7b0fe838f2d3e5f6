import type { StreamMuxerFactory, Upgrader } from '@libp2p/interface'

/** Says that the muxer is to be agreed upon afterwards. */
const NO_MUXER = 'libp2p'

export type Muxers = ReadonlyMap<string, StreamMuxerFactory>

/** The muxers that are agreed upon while the handshake runs. Source: libp2p/specs connections/inlined-muxer-negotiation.md */
export const muxersOf = (upgrader: Upgrader, isSkipped: boolean): Muxers =>
  isSkipped ? new Map() : upgrader.getStreamMuxers()

/** What a client offers, best first. */
export const offered = (muxers: Muxers): string[] => [...muxers.keys(), NO_MUXER]

/** What a server takes of what a client offers; without a value the handshake fails. */
export const chosen = (muxers: Muxers, protocols: readonly string[]): string | undefined =>
  protocols.find(protocol => muxers.has(protocol)) ?? protocols.find(protocol => protocol === NO_MUXER)
