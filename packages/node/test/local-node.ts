import { temporaryFolder } from '@waystone/kit/testing/node'
import { defaultsFor } from '../src/config/defaults.ts'
import { configSchema } from '../src/config/schema.ts'
import {
  basePlugins,
  createNode,
  fileTransferPlugin,
  relaySelectionPlugin,
  relayServerPlugin,
  seedDiscoveryPlugin
} from '../src/index.ts'
import type { Config, ConfigInput, Role } from '../src/config/schema.ts'
import type { CreateNodeInit, Plugins, WaystoneNode } from '../src/index.ts'

/** Everything that any role can run. */
export const allPlugins: Plugins = {
  ...basePlugins,
  relayServer: relayServerPlugin,
  seedDiscovery: seedDiscoveryPlugin,
  relaySelection: relaySelectionPlugin,
  fileTransfer: fileTransferPlugin
}

/** Nothing but TCP on loopback, private addresses shared, quiet. */
export function localConfig(role: Role, over: Partial<ConfigInput> = {}): Config {
  const defaults = defaultsFor(role)
  return configSchema.parse({
    ...defaults,
    network: 'test',
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], private: true },
    transports: { ...noTransports, tcp: true },
    connections: { ...defaults.connections, exemptLoopback: true },
    dht: { mode: role === 'edge' ? 'client' : 'server' },
    relayService: { ...defaults.relayService, enabled: role !== 'edge' },
    nat: { ...defaults.nat, autonat: false, dcutr: false },
    // as in the dev preset
    trust: { ...defaults.trust, matrix: { 'offer-relay': 'none', 'use-as-relay': 'none' } },
    log: { level: 'silent', format: 'json' },
    ...over
  })
}

export const noTransports: ConfigInput['transports'] = {
  tcp: false,
  ws: false,
  quic: false,
  webrtcDirect: false,
  webrtc: false,
  circuit: false,
  memory: false
}

/** A started node in a data folder of its own; both are gone at the end of its scope. */
export async function startLocalNode(
  role: Role,
  over: Partial<ConfigInput> = {},
  init: Partial<CreateNodeInit> = {}
): Promise<{ node: WaystoneNode; addresses: string[] } & AsyncDisposable> {
  const folder = await temporaryFolder()
  const config = localConfig(role, { dataDir: folder.path, ...over })
  const node = await createNode({ config, plugins: allPlugins, metrics: false, admin: false, ...init })
  await node.start()
  return {
    node,
    addresses: node.libp2p.getMultiaddrs().map(String),
    async [Symbol.asyncDispose]() {
      await node.stop()
      await folder[Symbol.asyncDispose]()
    }
  }
}
