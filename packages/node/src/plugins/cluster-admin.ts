import { peerIdFromString } from '@libp2p/peer-id'
import { bootstrapOf } from '../libp2p/bootstrap-of.ts'
import { seedClusterOf } from '../libp2p/seed-cluster-of.ts'
import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import type { ClusterAdminParts, ShownSeeds } from '@waystone/seed-cluster'
import type { NodeComponents, Plugin, PluginContext } from './plugin.ts'

/** Shows the operator the cluster, and the seeds that the node knows. */
export const clusterAdminPlugin: Plugin = {
  async create(context) {
    const { ClusterAdminService } = await import('@waystone/seed-cluster')
    return (components: NodeComponents) => new ClusterAdminService(components, () => partsOf(components, context))
  }
}

function partsOf(components: NodeComponents, { membership, instance }: PluginContext): ClusterAdminParts {
  const cluster = seedClusterOf(components)
  const { peerId: self, rpc } = components
  const standing = (peer: string): number | undefined => bootstrapOf(components)?.standing(peerIdFromString(peer))
  return { self, instance, membership, cluster, seeds: seedsIn(components), standing, cursors: rpc.cursors }
}

function seedsIn(components: NodeComponents): ShownSeeds | undefined {
  try {
    const service: unknown = Reflect.get(components, SERVICE_KEYS.seedDiscovery)
    return isSeeds(service) ? service : undefined
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}

function isSeeds(service: unknown): service is ShownSeeds {
  return typeof service === 'object' && service !== null && 'known' in service && 'sources' in service
}
