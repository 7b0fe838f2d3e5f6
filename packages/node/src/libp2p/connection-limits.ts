import { HANDSHAKE_TIMEOUT_MS, KEEP_ALIVE_MS, NEGOTIATION_TIMEOUT_MS } from '@waystone/wire'
import type { Config } from '../config/schema.ts'
import type { ConnectionManagerInit, ConnectionMonitorInit } from 'libp2p'

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

export function connectionMonitorInit(): ConnectionMonitorInit {
  return { pingInterval: KEEP_ALIVE_MS }
}
