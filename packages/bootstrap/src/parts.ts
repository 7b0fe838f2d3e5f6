import type { Logger } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { BootstrapComponents, BootstrapTrust } from './contract.ts'
import type { BootstrapMetrics } from './metrics.ts'

/** What all parts of the service stand on. */
export interface Parts extends BootstrapComponents {
  trust: BootstrapTrust
  private: boolean
  clock: Clock
  random: Random
  log: Logger
  counts: BootstrapMetrics
}
