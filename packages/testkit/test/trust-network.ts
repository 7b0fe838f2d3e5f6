import { SERVICE_KEYS } from '@waystone/node'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { TransportManager } from '@libp2p/interface-internal'
import type { ContentStore } from '@waystone/interface'
import type { Plugin, PluginContext, WaystoneNode } from '@waystone/node'
import type { Testnet } from '../src/index.ts'

/** What a test reaches of a running node besides its libp2p. */
export interface Inside extends Pick<PluginContext, 'trust' | 'audit'> {
  transportManager: TransportManager
}

export interface TrustNetwork extends AsyncDisposable {
  testnet: Testnet
  inside(node: WaystoneNode): Inside
}

/** A network on TCP; strangers are who they are in production. */
export async function trustNetwork(): Promise<TrustNetwork> {
  const insides = new Map<string, Inside>()
  const probe: Plugin = {
    create:
      async ({ trust, audit }) =>
      components => {
        const { transportManager } = components
        insides.set(components.peerId.toString(), { trust, audit, transportManager })
        return {}
      }
  }
  const byRole = { seed: { probe }, relay: { probe }, edge: { probe } }
  const common = { 'nat.autonat': 'true' }
  const testnet = await createTestnet({
    relays: 2,
    edges: 4,
    hiddenEdges: 1,
    transports: 'tcp',
    plugins: byRole,
    config: { seed: common, relay: common, edge: common }
  })
  return {
    testnet,
    inside(node) {
      const inside = insides.get(node.libp2p.peerId.toString())
      if (inside === undefined) throw new Error('the node was never made')
      return inside
    },
    [Symbol.asyncDispose]: async () => await testnet[Symbol.asyncDispose]()
  }
}

export function contentOf({ libp2p }: WaystoneNode): ContentStore {
  return libp2p.services[SERVICE_KEYS.content] as ContentStore
}

export { nodeAt }
