import { HANDSHAKE_TIMEOUT_MS, NEGOTIATION_TIMEOUT_MS } from '@waystone/wire'
import type { Config } from '../config/schema.ts'
import type { ConnectionManagerInit } from 'libp2p'

/**
 * Streams that a peer has opened before this side of the connection is set up:
 * what came with the end of the handshake is handled in one go. libp2p breaks
 * all streams of the connection at the 11th, which an ordinary application may
 * open. This is yamux's limit for streams in general.
 */
export const MAX_EARLY_STREAMS = 1000

/**
 * Pings of one connection at once, each way: that of the connection monitor,
 * and those of operators and the doctor. With libp2p's single one, the monitor of
 * a peer with stock libp2p finds the place taken by somebody's ping, takes that
 * for a dead node, and closes the connection.
 */
export const MAX_PING_STREAMS = 8

/** The limits per IP are the inbound gater's: see `inbound-gater.ts`. */
export function connectionManagerInit({ connections }: Config): ConnectionManagerInit {
  return {
    maxConnections: connections.max,
    maxIncomingPendingConnections: connections.maxPendingInbound,
    inboundConnectionThreshold: Infinity,
    dialTimeout: HANDSHAKE_TIMEOUT_MS,
    inboundUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
    inboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
    outboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS
  }
}
