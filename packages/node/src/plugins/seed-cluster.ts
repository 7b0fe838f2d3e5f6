import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import type { RegistryState } from '@waystone/interface'
import type { NodeComponents, Plugin } from './plugin.ts'

interface KeepsRegistry {
  /** Nothing while it is not open. */
  state(): RegistryState | undefined
}

/** Talks to the other members of the cluster that the config names, if it names one. */
export const seedClusterPlugin: Plugin = {
  async create({ config, membership, instance, trust, audit, events, onFailure: onYield, clock, random }) {
    if (membership === undefined || instance === undefined) return undefined
    const { seedCluster } = await import('@waystone/seed-cluster')
    const told = {
      membership,
      instance,
      trust,
      audit,
      events,
      clock,
      random,
      ...(onYield !== undefined && { onYield })
    }
    return (components: NodeComponents) =>
      seedCluster({ ...told, mustBelong: config.role === 'seed', registry: () => registryIn(components)?.state() })(
        components
      )
  }
}

/** The registry that this node keeps, if it keeps one. */
function registryIn(components: NodeComponents): KeepsRegistry | undefined {
  try {
    const service: unknown = Reflect.get(components, SERVICE_KEYS.registryServer)
    return isRegistry(service) ? service : undefined
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}

function isRegistry(service: unknown): service is KeepsRegistry {
  return typeof service === 'object' && service !== null && 'state' in service && typeof service.state === 'function'
}
