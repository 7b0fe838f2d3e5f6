import { contentRoutingSymbol } from '@libp2p/interface'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p } from 'libp2p'
import { content } from '../src/index.ts'
import type { ContentRouting, Libp2p, PeerId, Provider } from '@libp2p/interface'
import type { NodeTrust } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'
import type { Content, ContentInit } from '../src/index.ts'

const cleanups: (() => unknown)[] = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

/** Stops the node after the test. */
export function endLater<N extends Libp2p>(node: N): N {
  cleanups.push(() => node.stop())
  return node
}

export type ContentNode = Libp2p<{ content: Content; identify: object; directory: object }>

/** Who has what, for all nodes that share it. */
export class Directory {
  readonly providers = new Map<string, Provider[]>()

  service() {
    return ({ peerId, addressManager }: DirectoryComponents): object => ({
      [contentRoutingSymbol]: this.#routing(peerId, addressManager)
    })
  }

  #routing(peer: PeerId, addresses: DirectoryComponents['addressManager']): ContentRouting {
    const { providers } = this
    return {
      provide: async cid => {
        const known = providers.get(cid.toString()) ?? []
        providers.set(cid.toString(), [...known, { id: peer, multiaddrs: addresses.getAddresses(), routing: 'test' }])
      },
      cancelReprovide: async () => {},
      findProviders: async function* (cid) {
        yield* providers.get(cid.toString()) ?? []
      },
      put: async () => {},
      get: async () => {
        throw new Error('nothing is kept')
      }
    }
  }
}

interface DirectoryComponents {
  peerId: PeerId
  addressManager: { getAddresses(): Provider['multiaddrs'] }
}

export interface NodeInit extends ContentInit {
  directory?: Directory
  datastore?: Datastore
}

export async function contentNode(init: NodeInit = {}): Promise<ContentNode> {
  const { directory = new Directory(), datastore = new MemoryDatastore(), ...rest } = init
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: 1000 })],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    datastore,
    services: { identify: identify(), content: content(rest), directory: directory.service() }
  })
  return endLater(node) as ContentNode
}

/** Lets the first node reach the others by their ids. */
export async function introduce(node: Libp2p, ...others: Libp2p[]): Promise<void> {
  for (const other of others) await node.peerStore.merge(other.peerId, { multiaddrs: other.getMultiaddrs() })
}

/** A policy that knows one function, and who has it. */
export function trusting(
  allowed: (peer: PeerId | string) => boolean
): Pick<NodeTrust, 'decide' | 'explain'> & { denials: number } {
  const explain: NodeTrust['explain'] = ({ peer }, trustFunction) => ({
    allow: trustFunction === 'bulk-data-sync' && allowed(peer),
    reason: 'the test says so'
  })
  const policy = {
    denials: 0,
    explain,
    decide: (...args: Parameters<NodeTrust['decide']>) => {
      const decision = explain(...args)
      if (!decision.allow) policy.denials++
      return decision
    }
  }
  return policy
}
