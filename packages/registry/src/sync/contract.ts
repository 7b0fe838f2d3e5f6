import type { ComponentLogger, Metrics, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Random } from '@waystone/interface'
import type { ConnectionEvents } from '@waystone/kit'
import type { Rpc } from '@waystone/rpc'
import type { RegistryStore } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { RegistryGossip } from './gossip/contract.ts'

export interface RegistrySyncInit {
  /** The registry that is kept equal with others; asked for when the node has started. */
  store: () => RegistryStore | Promise<RegistryStore>
  /** Checks a record of others. */
  verify: () => Verify | Promise<Verify>
  /** Who takes part, and whose records of which kinds this node takes. */
  trust: Pick<NodeTrust, 'explain' | 'onChange'>
  /** Carries changes as they happen. Without it every record comes with the next comparison. */
  gossip?: RegistryGossip | undefined
  clock?: Clock | undefined
  random?: Random | undefined
}

export interface RegistrySyncComponents {
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  events: ConnectionEvents
  peerStore: Pick<PeerStore, 'get'>
  rpc: Pick<Rpc, 'serveLate' | 'client'>
  logger: ComponentLogger
  metrics?: Metrics
}

/** Keeps a registry equal with those of other seeds. */
export interface RegistrySync {
  /** Compares with this peer, or with everybody, as soon as it can be done. */
  reconcileSoon(peer?: PeerId): void
  partners(): readonly SyncPartnerStatus[]
}

export interface SyncPartnerStatus {
  readonly peer: PeerId
  readonly connected: boolean
  /** When all that it had was here, in milliseconds since the Unix epoch. */
  readonly agreedAt?: number
  /** Why the last comparison ended early. */
  readonly failure?: string
}
