import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { seedDiscovery } from '@waystone/seed-discovery'
import type { Ed25519PrivateKey, Metrics, PeerRouting } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { SeedDiscovery, SeedDiscoveryInit } from '@waystone/seed-discovery'

const encrypters = { noise, tls }

export interface PlainNodeInit {
  privateKey?: Ed25519PrivateKey
  port?: number
  encrypter?: keyof typeof encrypters
}

// one machine is one IP address, and libp2p allows five connections a second from one by default
const connectionManager = { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 }

/** A node without services of ours; it stops when the test ends. */
export async function startNode(init: PlainNodeInit = {}): Promise<Libp2p> {
  const node = await createLibp2p({
    ...(init.privateKey === undefined ? {} : { privateKey: init.privateKey }),
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${init.port ?? 0}`] },
    transports: [tcp()],
    connectionEncrypters: [encrypters[init.encrypter ?? 'noise']()],
    streamMuxers: [yamux()],
    connectionManager,
    services: { identify: identify() }
  })
  onTestFinished(async () => node.stop())
  return node
}

export interface SeedingNodeInit extends PlainNodeInit {
  metrics?: Metrics
  /** Where peers are; default: nobody says. */
  routing?: PeerRouting
}

/** A node that keeps seeds, with waits short enough for a test. */
export async function startSeeding(
  seeds: SeedDiscoveryInit,
  init: SeedingNodeInit = {}
): Promise<Libp2p<{ seedDiscovery: SeedDiscovery }>> {
  const { metrics, routing } = init
  const node = await createLibp2p({
    ...(init.privateKey === undefined ? {} : { privateKey: init.privateKey }),
    ...(metrics === undefined ? {} : { metrics: () => metrics }),
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${init.port ?? 0}`] },
    transports: [tcp()],
    connectionEncrypters: [encrypters[init.encrypter ?? 'noise']()],
    streamMuxers: [yamux()],
    connectionManager,
    ...(routing && { peerRouters: [() => routing] }),
    services: { seedDiscovery: seedDiscovery({ backoff: { baseMs: 10, maxMs: 50 }, ...seeds }) }
  })
  onTestFinished(async () => node.stop())
  return node
}

/** A fresh identity, for nodes that come back as themselves. */
export async function newKey(): Promise<Ed25519PrivateKey> {
  return generateKeyPair('Ed25519')
}
