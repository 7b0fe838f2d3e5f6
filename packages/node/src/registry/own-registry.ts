import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { otherService } from '../plugins/other-service.ts'
import type { OpenRegistry, Registry, RegistryServer } from '@waystone/registry'
import type { NodeComponents } from '../plugins/plugin.ts'

/**
 * The registry that this node keeps; waits until it is open.
 *
 * @throws TypeError when it keeps none
 */
export async function openRegistry(components: NodeComponents): Promise<OpenRegistry> {
  const server = otherService(components, SERVICE_KEYS.registryServer)
  if (!isServer(server)) throw new TypeError('the node keeps no registry')
  return await server.opened()
}

/** The service by which this node registers and asks. @throws TypeError when there is none */
export function registryOf(components: NodeComponents): Registry {
  const registry = otherService(components, SERVICE_KEYS.registry)
  if (!isRegistry(registry)) throw new TypeError('the node has no registry service')
  return registry
}

function isServer(service: unknown): service is RegistryServer {
  return typeof service === 'object' && service !== null && 'opened' in service
}

function isRegistry(service: unknown): service is Registry {
  return typeof service === 'object' && service !== null && 'enroll' in service && 'watch' in service
}
