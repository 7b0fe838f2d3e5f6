import type { CounterGroup, Metrics } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { AdminEvents, Clock, Random } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { NodeComponents } from '../plugins/plugin.ts'
import type { Claims } from './claims.ts'
import type { FaultLog } from './fault-log.ts'
import type { Withdrawals } from './withdrawals.ts'

/** What the node has and shares among its plugins. */
export interface Shared {
  components: NodeComponents & { registrar: Registrar; rpc: Rpc }
  metrics: Metrics | undefined
  /** Counts, by plugin, errors in what peers and timers called. */
  faultCounter: CounterGroup | undefined
  claims: { protocols: Claims; services: Claims }
  clock: Clock
  random: Random
  events: AdminEvents
  /** Aborts when the node is to stop, also while its plugins start. */
  stopping: AbortSignal | undefined
}

export interface ScopeInit extends Shared {
  name: string
  /** Names of the libp2p components that the plugin asks for. */
  wanted: readonly string[]
  withdrawals: Withdrawals
  faults: FaultLog
  /** Aborts when the plugin stops. */
  signal: AbortSignal
}
