import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { otherService } from '../plugins/other-service.ts'
import type { Registry, RegistryStore, Verify } from '@waystone/registry'
import type { LocalRegistry } from '@waystone/registry/client'
import type { NodeComponents } from '../plugins/plugin.ts'

/** What of the service that keeps a registry others use. */
interface RegistryServer {
  store(): Promise<RegistryStore>
  verify(): Promise<Verify>
  local(): Promise<LocalRegistry>
}

/** The service that keeps the registry of this node. @throws TypeError when it keeps none */
export function registryServerOf(components: NodeComponents): RegistryServer {
  const server = otherService(components, SERVICE_KEYS.registryServer)
  if (!isServer(server)) throw new TypeError('the node keeps no registry')
  return server
}

/** The service by which this node registers and asks. @throws TypeError when there is none */
export function registryOf(components: NodeComponents): Registry {
  const registry = otherService(components, SERVICE_KEYS.registry)
  if (!isRegistry(registry)) throw new TypeError('the node has no registry service')
  return registry
}

function isServer(service: unknown): service is RegistryServer {
  return typeof service === 'object' && service !== null && 'store' in service && 'local' in service
}

function isRegistry(service: unknown): service is Registry {
  return typeof service === 'object' && service !== null && 'enroll' in service && 'watch' in service
}
