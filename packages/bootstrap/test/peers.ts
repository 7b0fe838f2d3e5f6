import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { bootstrap } from '@waystone/bootstrap'
import { rpc } from '@waystone/rpc'
import { RecordedMetrics } from '@waystone/kit/testing'
import { TrustDouble } from './trust-double.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { Bootstrap, BootstrapInit } from '@waystone/bootstrap'
import type { Rpc } from '@waystone/rpc'
import type { Datastore } from 'interface-datastore'
import type { Libp2p } from 'libp2p'

export interface TestPeerInit extends Partial<BootstrapInit> {
  key?: PrivateKey
  datastore?: Datastore
  trust?: TrustDouble
  port?: number
  /** What it says of itself instead of where it listens. */
  announce?: string[]
}

export interface TestPeer {
  node: Libp2p<{ rpc: Rpc; bootstrap: Bootstrap }>
  trust: TrustDouble
  metrics: RecordedMetrics
  counted: (group: string, result: string) => number
}

// one machine is one IP address, and libp2p allows five connections a second from one by default
const connectionManager = { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 }

/** A node on loopback with this service; it stops when the test ends. */
export async function startPeer(init: TestPeerInit = {}): Promise<TestPeer> {
  const { key, datastore, port = 0, announce = [], trust = new TrustDouble(), ...rest } = init
  const metrics = new RecordedMetrics()
  const node = await createLibp2p({
    ...(key === undefined ? {} : { privateKey: key }),
    ...(datastore === undefined ? {} : { datastore }),
    metrics: () => metrics.toMetrics(),
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`], announce },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager,
    services: {
      identify: identify(),
      rpc: rpc(),
      bootstrap: bootstrap({ trust, private: true, ask: false, goodAfterMs: 0, ...rest })
    }
  })
  onTestFinished(async () => node.stop())
  const counted: TestPeer['counted'] = (group, result) => metrics.count(`waystone_bootstrap_${group}_total`, result)
  return { node, trust, metrics, counted }
}

export function isConnected({ node }: TestPeer, other: TestPeer): boolean {
  return node.getConnections(other.node.peerId).length > 0
}

export async function connect({ node }: TestPeer, ...others: TestPeer[]): Promise<void> {
  for (const other of others) await node.dial(other.node.getMultiaddrs())
}
