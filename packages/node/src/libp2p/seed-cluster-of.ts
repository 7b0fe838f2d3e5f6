import { SERVICE_KEYS } from './service-keys.ts'
import type { SeedCluster } from '@waystone/seed-cluster'

/**
 * The service that talks to the other members of the cluster, for those that are made before it. Ask when it is
 * needed: while nodes are made it is absent, and without a cluster it stays so.
 */
export function seedClusterOf(components: object): SeedCluster | undefined {
  try {
    const service: unknown = Reflect.get(components, SERVICE_KEYS.seedCluster)
    return isSeedCluster(service) ? service : undefined
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}

function isSeedCluster(service: unknown): service is SeedCluster {
  return typeof service === 'object' && service !== null && 'onMember' in service && 'check' in service
}
