import type {
  AbortOptions,
  ComponentLogger,
  ContentRouting,
  Metrics,
  PeerId,
  PeerInfo,
  PeerRouting
} from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, ContentStore, HeldIpnsRecord, IpnsRecords, NodeTrust, TrustLevel } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { CID } from 'multiformats/cid'

/** What one caller may use. */
export interface Quota {
  callsPerMinute: number
  bytesPerHour: number
}

/** By level of the caller; a level without one may use nothing. */
export type Quotas = Readonly<Partial<Record<TrustLevel, Quota>>>

/** Who calls over HTTP: nobody that proves a key. */
export interface HttpCaller {
  /** Where from, if it is known: address rules count. */
  address?: Multiaddr | undefined
  /** What is counted together, such as an IPv4 address or the /64 of an IPv6 address. */
  key: string
}

/** Answers one request; never throws. */
export type HttpHandler = (request: Request, caller: HttpCaller) => Promise<Response>

/** Where the HTTP side listens, which is another matter in each environment. */
export interface HttpHost {
  /** Serves until the returned function is called. */
  listen(handler: HttpHandler): Promise<() => Promise<void>>
}

export interface DelegateInit {
  trust: Pick<NodeTrust, 'decide' | 'levelOf'>
  /** Whether calls of peers are answered. Default false. */
  serve?: boolean
  quotas?: Quotas
  /** Addresses that end in the id of a delegate; those of one peer are one delegate. They are asked in this order. */
  use?: ReadonlyArray<string | Multiaddr>
  /** Serves Delegated Routing V1 and the trustless gateway there. */
  http?: HttpHost | undefined
  clock?: Clock
}

/** `content` and `trustAcl` are services: they may be absent, and what needs them is refused then. */
export interface DelegateComponents {
  peerId: PeerId
  rpc: Pick<Rpc, 'serve' | 'client'>
  contentRouting: Pick<ContentRouting, 'findProviders' | 'provide' | 'cancelReprovide'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  addressManager: Pick<AddressManager, 'getAddresses'>
  content?: ContentStore
  trustAcl?: IpnsRecords
  logger: ComponentLogger
  metrics?: Metrics
}

export interface FetchOptions extends AbortOptions {
  /** More than that is refused, whatever the delegate sends. Default 256 MiB. */
  maxBytes?: number
  /** The block of the CID alone. Default false. */
  oneBlock?: boolean
}

export interface FetchedBlock {
  cid: CID
  bytes: Uint8Array
}

/**
 * What delegates do for this node. All answers are verified: blocks by their
 * hash, records by their signature and sequence; addresses of peers are proven
 * only when somebody dials them.
 *
 * @throws NoDelegateError, DelegatesFailedError - from every method
 */
export interface Delegate {
  /** Whether there are delegates to ask. */
  readonly using: boolean
  /** The blocks of a DAG, depth first, each once. */
  fetch(cid: CID, options?: FetchOptions): AsyncIterable<FetchedBlock>
  resolve(name: string, options?: AbortOptions): Promise<HeldIpnsRecord>
  putIpns(name: string, record: Uint8Array, options?: AbortOptions): Promise<void>
  /** Has the delegate tell others that this node has it. */
  provide(cid: CID, options?: AbortOptions): Promise<void>
  findPeer(peer: PeerId, options?: AbortOptions): Promise<PeerInfo>
  findProviders(cid: CID, options?: AbortOptions): AsyncIterable<PeerInfo>
  /** Where HTTP requests can be handed to, whoever listens. */
  readonly http: HttpHandler
}
