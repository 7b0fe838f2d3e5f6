import { lateService } from './late-service.ts'
import { SERVICE_KEYS } from './service-keys.ts'
import type { SeedCluster } from '@waystone/seed-cluster'

/** The service that talks to the other members of the cluster; without a cluster there is none. */
export function seedClusterOf(components: object): SeedCluster | undefined {
  return lateService(components, SERVICE_KEYS.seedCluster, isSeedCluster)
}

function isSeedCluster(service: object): service is SeedCluster {
  return 'onMember' in service && 'check' in service
}
