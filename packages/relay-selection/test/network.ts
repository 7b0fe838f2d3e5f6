import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { relaySelection } from '@waystone/relay-selection'
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { ConnectionGater, Ed25519PrivateKey, Libp2pEvents, Metrics, TypedEventTarget } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { Libp2p } from 'libp2p'
import type { RelaySelection, RelaySelectionInit } from '@waystone/relay-selection'

// one machine is one IP address, and libp2p allows five connections a second from one by default
const connectionManager = { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 }

function parts(port = 0) {
  return {
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`] },
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager
  }
}

export interface RelayInit {
  privateKey?: Ed25519PrivateKey
  port?: number
  /** How many reservations it keeps. */
  slots?: number
  /** How long it keeps one, in milliseconds. */
  ttlMs?: number
  connectionGater?: ConnectionGater
}

/** A node with libp2p's own relay server; it stops when the test ends. */
export async function startRelay(init: RelayInit = {}): Promise<Libp2p<{ relay: CircuitRelayService }>> {
  const { privateKey, port, slots = 100, ttlMs = 3_600_000, connectionGater = {} } = init
  const reservations = { maxReservations: slots, reservationTtl: ttlMs }
  const node = await createLibp2p({
    ...parts(port),
    ...(privateKey === undefined ? {} : { privateKey }),
    transports: [tcp()],
    connectionGater,
    services: { identify: identify(), push: identifyPush(), relay: circuitRelayServer({ reservations }) }
  })
  onTestFinished(async () => node.stop())
  return node
}

/** A node that does not relay. */
export async function startPlain(init: Pick<RelayInit, 'privateKey' | 'port'> = {}): Promise<Libp2p> {
  const node = await createLibp2p({
    ...parts(init.port),
    ...(init.privateKey === undefined ? {} : { privateKey: init.privateKey }),
    transports: [tcp(), circuitRelayTransport()],
    services: { identify: identify() }
  })
  onTestFinished(async () => node.stop())
  return node
}

/** The components of a node that tests look into. */
interface Insides {
  transportManager: TransportManager
  events: TypedEventTarget<Libp2pEvents>
}

export type ReservingNode = Libp2p<{ relaySelection: RelaySelection; insides: Insides }>

export interface ReservingInit {
  privateKey?: Ed25519PrivateKey
  metrics?: Metrics
}

/** A node that keeps reservations, with waits short enough for a test. */
export async function startReserving(
  selection: RelaySelectionInit,
  { privateKey, metrics }: ReservingInit = {}
): Promise<ReservingNode> {
  const node = await createLibp2p({
    ...parts(),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(metrics === undefined ? {} : { metrics: () => metrics }),
    transports: [tcp(), circuitRelayTransport()],
    services: {
      identify: identify(),
      push: identifyPush(),
      relaySelection: relaySelection({ backoff: { baseMs: 10, maxMs: 50 }, ...selection }),
      insides: ({ transportManager, events }: Insides): Insides => ({ transportManager, events })
    }
  })
  onTestFinished(async () => node.stop())
  return node
}

/** A fresh identity, for nodes that come back as themselves. */
export async function newKey(): Promise<Ed25519PrivateKey> {
  return generateKeyPair('Ed25519')
}

export const addressOf = (node: Libp2p): string => node.getMultiaddrs()[0]?.toString() ?? ''
export const portOf = (node: Libp2p): number => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value)

/** An identity and a port where it does not listen yet. */
export async function futureRelay(): Promise<{ privateKey: Ed25519PrivateKey; address: string; port: number }> {
  const privateKey = await newKey()
  const node = await startPlain({ privateKey })
  const [address, port] = [addressOf(node), portOf(node)]
  await node.stop()
  return { privateKey, address, port }
}
