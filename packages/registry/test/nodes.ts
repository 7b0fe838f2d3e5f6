import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { systemClock } from '@waystone/kit'
import { rpc } from '@waystone/rpc'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { checkSignatureInThreads, createVerify, kindSet, signRecord, SqlRegistryStore } from '../src/index.ts'
import { registryGossip, registrySync } from '../src/sync.ts'
import { LIMITS, meeting, newKey } from './store/records.ts'
import type { Libp2p, PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock, NodeTrust } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { UnsignedRecord } from '../src/index.ts'
import type { RegistryGossip, RegistrySync } from '../src/sync.ts'

/** Who may what: everything, but for those that a test names. */
export class TestTrust implements Pick<NodeTrust, 'explain' | 'onChange' | 'decide'> {
  readonly #listeners = new Set<() => void>()
  readonly #denied = new Set<string>()

  explain: NodeTrust['explain'] = ({ peer }, trustFunction) => ({
    allow: !this.#denied.has(`${peer.toString()} ${trustFunction}`),
    reason: 'a test says so'
  })

  decide: NodeTrust['decide'] = (subject, trustFunction) => this.explain(subject, trustFunction)

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  deny(peer: PeerId, trustFunction: string): void {
    this.#denied.add(`${peer.toString()} ${trustFunction}`)
    this.#tell()
  }

  allow(peer: PeerId, trustFunction: string): void {
    this.#denied.delete(`${peer.toString()} ${trustFunction}`)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

interface Services extends Record<string, unknown> {
  rpc: Rpc
  pubsub: RegistryGossip
  registrySync: RegistrySync
}

export interface SeedInit {
  gossip?: boolean
  /** Of the comparing; gossip has its own. A clock that stands still leaves gossip alone. */
  clock?: Clock
  trust?: TestTrust
}

/** A node that keeps a registry. */
export class SeedNode {
  readonly libp2p: Libp2p<Services>
  readonly store: SqlRegistryStore
  readonly trust: TestTrust

  constructor(libp2p: Libp2p<Services>, store: SqlRegistryStore, trust: TestTrust) {
    this.libp2p = libp2p
    this.store = store
    this.trust = trust
  }

  get sync(): RegistrySync {
    return this.libp2p.services.registrySync
  }

  get digest(): string {
    return Buffer.from(this.store.state().digest).toString('hex')
  }

  async connect(other: Pick<SeedNode, 'libp2p'>): Promise<void> {
    await this.libp2p.dial(other.libp2p.getMultiaddrs())
  }

  async cut(other: Pick<SeedNode, 'libp2p'>): Promise<void> {
    await this.libp2p.hangUp(other.libp2p.peerId)
  }

  /** As if the peer of this key had registered it here. */
  async register(key: PrivateKey, unsigned: Partial<UnsignedRecord> = {}): Promise<void> {
    const expiry = systemClock.now() + 600_000
    const fields = { kind: 'rendezvous', key: 'chess', sequence: 1, expiry, payload: meeting(), ...unsigned }
    this.store.put(await verify(await signRecord(key, fields)), { registered: true })
  }
}

const verify = createVerify({ kinds: kindSet(), clock: systemClock, check: checkSignatureInThreads })

export async function startSeed({ gossip = true, clock, trust = new TestTrust() }: SeedInit = {}): Promise<SeedNode> {
  const store = new SqlRegistryStore({ path: ':memory:', kinds: kindSet(), limits: LIMITS })
  store.open()
  const sync = { store: () => store, verify: () => verify, trust, clock }
  const libp2p = (await createLibp2p({
    privateKey: await newKey(),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      rpc: rpc({ trust }),
      ...(gossip && { pubsub: registryGossip({ network: 'test', trust }) }),
      registrySync: (components: Parameters<ReturnType<typeof registrySync>>[0] & { pubsub?: RegistryGossip }) =>
        registrySync({ ...sync, gossip: gossip ? components.pubsub : undefined })(components)
    }
  })) as unknown as Libp2p<Services>
  onTestFinished(async () => {
    await libp2p.stop()
    store.close()
  })
  return new SeedNode(libp2p, store, trust)
}
