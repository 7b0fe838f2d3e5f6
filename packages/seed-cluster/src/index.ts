/**
 * The members of one seed cluster: who they are, whether they are connected, and whether they agree.
 *
 * @example
 * const node = await createLibp2p({
 *   // transports, encrypters and muxers as usual
 *   services: { identify: identify(), rpc: rpc(), seedCluster: seedCluster({ membership, instance }) }
 * })
 * node.services.seedCluster.state() // 'joined'
 *
 * @packageDocumentation
 */
import { SeedClusterService } from './seed-cluster.ts'
import type { SeedCluster, SeedClusterComponents, SeedClusterInit } from './contract.ts'

export type {
  ClusterAudit,
  ClusterState,
  ClusterSummary,
  MemberSaid,
  MemberState,
  MemberView,
  SeedCluster,
  SeedClusterComponents,
  SeedClusterEvents,
  SeedClusterInit
} from './contract.ts'
export { DuplicateIdentityError } from './errors.ts'
export { ClusterAdminService } from './admin/cluster-admin-service.ts'
export type { ClusterAdminParts, ShownSeeds } from './admin/contract.ts'

/** A service that talks to the other members of a cluster, if this node is one itself. */
export function seedCluster(init: SeedClusterInit): (components: SeedClusterComponents) => SeedCluster {
  return components => new SeedClusterService(components, init)
}
