import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { bootstrap } from '@waystone/bootstrap'
import { rpc } from '@waystone/rpc'
import { seedDiscovery } from '@waystone/seed-discovery'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { Bootstrap, BootstrapTrust } from '@waystone/bootstrap'
import type { Libp2p } from 'libp2p'

// one machine is one IP address, and libp2p allows five connections a second from one by default
const connectionManager = { inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 }

type Node = Libp2p<{ bootstrap: Bootstrap }>

/** A place in the network: what stays the same while its node is restarted. */
export class Place {
  readonly peer: PeerId
  readonly #key: PrivateKey
  readonly #datastore = new MemoryDatastore()
  #listen = '/ip4/127.0.0.1/tcp/0'
  #node: Node | undefined

  private constructor(key: PrivateKey) {
    this.#key = key
    this.peer = peerIdFromPrivateKey(key)
    onTestFinished(async () => this.stop(), 120_000)
  }

  static async some(count: number): Promise<Place[]> {
    return Promise.all(Array.from({ length: count }, async () => new Place(await generateKeyPair('Ed25519'))))
  }

  get node(): Node {
    if (this.#node === undefined) throw new Error('it was never started')
    return this.#node
  }

  get bootstrap(): Bootstrap {
    return this.node.services.bootstrap
  }

  /** At the same port as before. */
  async start(seeds: readonly Place[], startMs?: number): Promise<void> {
    const serve = seeds.includes(this)
    const trust = trustOf(seeds)
    const patience = startMs === undefined ? {} : { startMs }
    const made: { node?: Node } = {}
    const goodPeers = {
      settled: async (options: object): Promise<void> => await made.node?.services.bootstrap.settled(options),
      isEnough: (): boolean => made.node?.services.bootstrap.isEnough() === true,
      hasOne: (): boolean => made.node?.services.bootstrap.hasOne() === true
    }
    const addresses = seeds.filter(seed => seed !== this).flatMap(seed => seed.#addresses())
    made.node = await createLibp2p({
      start: false,
      privateKey: this.#key,
      datastore: this.#datastore,
      addresses: { listen: [this.#listen] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionManager,
      services: {
        identify: identify(),
        rpc: rpc(),
        bootstrap: bootstrap({ trust, private: true, serve, ask: !serve, goodAfterMs: 100, ...patience }),
        seedDiscovery: seedDiscovery({ seeds: addresses, trust, goodPeers })
      }
    })
    this.#node = made.node
    await made.node.start()
    this.#listen = made.node.getMultiaddrs().map(address => address.toString().replace(/\/p2p\/.*$/, ''))[0] ?? ''
  }

  async stop(): Promise<void> {
    await this.#node?.stop()
  }

  #addresses(): string[] {
    return this.#node?.getMultiaddrs().map(String) ?? []
  }
}

/** Seeds are asked for peers, and held by nobody. */
function trustOf(seeds: readonly Place[]): BootstrapTrust {
  const isSeed = (peer: PeerId | string): boolean => seeds.some(seed => seed.peer.toString() === peer.toString())
  const nodes = seeds.map(({ peer }) => {
    return { id: peer.toString(), peer, label: 'seed', level: 'trusted' as const, addresses: [], strict: false }
  })
  const allows = (peer: PeerId | string, name: string): boolean =>
    name === 'connect' || (name === 'use-for-bootstrap' && isSeed(peer))
  return {
    explain: ({ peer }, name) => ({ allow: allows(peer, name), reason: 'the test says so' }),
    levelOf: peer => (isSeed(peer) ? 'trusted' : 'none'),
    nodes: name => (name === 'use-for-bootstrap' ? nodes : []),
    onChange: () => () => undefined
  }
}
