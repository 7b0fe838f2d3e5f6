/**
 * A registry that this node keeps and answers for. What it stands on is loaded
 * when the node has started.
 *
 * @example
 * const seed = await createLibp2p({
 *   services: { identify: identify(), rpc: rpc({ trust }), registryServer: registryServer({ trust, limits, path: 'registry.db' }) }
 * })
 * const { store } = await seed.services.registryServer.opened()
 *
 * @packageDocumentation
 */
import { RegistryServerNode } from './server/registry-server.ts'
import type { RegistryServer } from './contract.ts'
import type { RegistryServerComponents, RegistryServerInit } from './server/contract.ts'

export type { OpenRegistry, RegistryServer } from './contract.ts'
export type { RegistryServerComponents, RegistryServerInit } from './server/contract.ts'
export type { RegistryLimits } from './store/limits.ts'

/** The service; see the example above. */
export function registryServer(init: RegistryServerInit): (components: RegistryServerComponents) => RegistryServer {
  return components => new RegistryServerNode(components, init)
}
