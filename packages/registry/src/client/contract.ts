import type { Client } from '@connectrpc/connect'
import type { AbortOptions, ComponentLogger, PeerId, PeerStore, PrivateKey } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Random } from '@waystone/interface'
import type { ConnectionEvents } from '@waystone/kit'
import type { Rpc } from '@waystone/rpc'
import type {
  Filter,
  ListKindsResponse,
  QueryResponse,
  RegistryService,
  SignedRecord,
  WatchResponse
} from '@waystone/wire/registry'
import type { OpenRegistry, PutResult, VerifiedRecord } from '../contract.ts'
import type { RegistryKind } from '../kinds/contract.ts'
import type { Verify } from '../record/verify.ts'

export type RegistryClient = Client<typeof RegistryService>

/** What can be asked of a registry. */
export interface AskedRegistry {
  query(request: QueryCall, options?: AbortOptions): Promise<QueryResponse>
  watch(request: WatchCall, options?: AbortOptions): AsyncIterable<WatchResponse>
  listKinds(request: object, options?: AbortOptions): Promise<ListKindsResponse>
}

export interface QueryCall {
  kind: string
  filter?: Filter
  page: { size: number; cursor: string }
}

export interface WatchCall {
  kind: string
  filter?: Filter
  resume: string
}

/** The registry that this node keeps itself. */
export interface LocalRegistry {
  readonly client: AskedRegistry
  put(record: VerifiedRecord): PutResult
  /** The record of this name that is held, also if it was withdrawn. */
  held(record: Pick<VerifiedRecord, 'hash'>): SignedRecord | undefined
}

export interface RegistryInit {
  /** Tells which registries to prefer. Without it all count the same. */
  trust?: Pick<NodeTrust, 'levelOf'> | undefined
  /** The registry of this node: it is used instead of those of others, and so is what checks its records. */
  local?: (() => Promise<OpenRegistry>) | undefined
  /** Kinds besides those that come along. */
  kinds?: readonly RegistryKind[] | undefined
  /** Checks a record. Default: one that works everywhere, for {@link RegistryInit.kinds}. */
  verify?: (() => Promise<Verify>) | undefined
  /** How many registries hold each record. Default 3. */
  registries?: number | undefined
  clock?: Clock | undefined
  random?: Random | undefined
}

export interface RegistryComponents {
  peerId: PeerId
  privateKey: PrivateKey
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  peerStore: Pick<PeerStore, 'get'>
  events: ConnectionEvents
  rpc: Pick<Rpc, 'client'>
  logger: ComponentLogger
}
