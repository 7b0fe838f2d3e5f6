import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core/memory'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { rpc } from '@waystone/rpc'
import { trustAcl, TrustAcl } from '../src/index.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { AuditEvent, TrustAclService, TrustAclServiceInit } from '../src/index.ts'
import type { TrustAclConfig } from '../src/index.ts'

export interface TestNode {
  libp2p: Libp2p<{ rpc: Rpc; trustAcl: TrustAclService }>
  service: TrustAclService
  trust: TrustAcl
  /** What the audit log was told, as `kind subject: reason`. */
  told: string[]
}

export interface TestNodeInit extends Omit<Partial<TrustAclServiceInit>, 'trust'> {
  config?: TrustAclConfig
  datastore?: MemoryDatastore
}

/** A node with a trust database that exchanges trust files; it stops when the test ends. */
export async function startNode({
  config = {},
  datastore = new MemoryDatastore(),
  ...init
}: TestNodeInit = {}): Promise<TestNode> {
  const privateKey = await generateKeyPair('Ed25519')
  const told: string[] = []
  const add = ({ kind, subject, reason }: Omit<AuditEvent, 'at' | 'count'>): void =>
    void told.push(`${kind} ${subject}: ${reason}`)
  const audit = { add, denied: () => {} }
  const trust = await TrustAcl.open({ datastore, self: peerIdFromPrivateKey(privateKey), config, audit })
  const libp2p = (await createLibp2p({
    privateKey,
    datastore,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    services: { identify: identify(), rpc: rpc({ trust }), trustAcl: trustAcl({ trust, audit, ...init }) }
  })) as unknown as TestNode['libp2p']
  onTestFinished(async () => {
    await libp2p.stop()
    await trust.close()
  })
  return { libp2p, service: libp2p.services.trustAcl, trust, told }
}

/** A node with RPC alone, on which a test serves what it likes. */
export async function startPlainNode(): Promise<Libp2p<{ rpc: Rpc }>> {
  const libp2p = (await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), rpc: rpc() }
  })) as unknown as Libp2p<{ rpc: Rpc }>
  onTestFinished(async () => libp2p.stop())
  return libp2p
}

export async function connect(from: TestNode, to: { libp2p: Pick<Libp2p, 'getMultiaddrs'> }): Promise<void> {
  await from.libp2p.dial(to.libp2p.getMultiaddrs())
}
