import type { Logger } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { SeedClusterComponents, SeedClusterInit } from './contract.ts'
import type { Members } from './members.ts'
import type { ClusterMetrics } from './metrics.ts'

/** What everything in the mesh stands on. */
export interface MeshParts {
  init: SeedClusterInit
  components: SeedClusterComponents
  members: Members
  metrics: ClusterMetrics
  log: Logger
  clock: Clock
  random: Random
  /** Ends with the service. */
  signal: AbortSignal
}
