import type { AbortOptions, ComponentLogger, ContentRouting, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock, ContentStore, IpnsRecords, Random } from '@waystone/interface'
import type { Rpc } from '@waystone/rpc'
import type { Datastore } from 'interface-datastore'
import type { AuditSink, TrustEntry } from './contract.ts'
import type { RatingsExchange } from './exchange/contract.ts'
import type { FetchCounts } from './ipns/fetch-counts.ts'
import type { FetchUrl } from './ipns/mirror-way.ts'
import type { NamedKeys, ShippedCopy, TrustFileEntries } from './ipns/parts.ts'
import type { Published, PublishInit } from './ipns/publisher.ts'

/** The service in `libp2p.services.trustAcl`. */
export interface TrustAclService extends IpnsRecords {
  /**
   * Looks for a newer trust file of an entry now.
   *
   * @throws TrustFileEntryNotFoundError, or why the record or file was refused; what was in use then stays in use
   */
  fetchEntry(labelOrPubkey: string, options?: AbortOptions): Promise<void>
  /**
   * Publishes a trust file. What others made of it is in the answer.
   *
   * @throws PublishKeyError, RecordOfOtherFileError, IpnsSequenceError, and what is wrong with the file or record
   */
  publish(init: PublishInit, options?: AbortOptions): Promise<Published>
  /** Answers `ExchangeRatings`; without it the call is not implemented. */
  ratings: RatingsExchange | undefined
}

export interface TrustAclServiceInit {
  /** Whom this node trusts; a `TrustAcl`. */
  trust: TrustFileEntries
  /** Told of what was refused. Default: nobody. */
  audit?: Pick<AuditSink, 'add'> | undefined
  /** Whether the record of an entry is carried for its publisher. Default: none is. */
  mayCarry?: (entry: TrustEntry) => boolean
  /** What stands before `/routing/v1/ipns/NAME`, over HTTPS. */
  mirrors?: readonly string[]
  /** Trust files that came with the config. */
  shipped?: readonly ShippedCopy[]
  /** Without it, only records that were signed elsewhere can be published. */
  keys?: NamedKeys | undefined
  /** Default: the global one. */
  fetch?: FetchUrl | undefined
  /** Counts what each way brings. */
  counts?: FetchCounts | undefined
  clock?: Clock
  random?: Random
}

export interface TrustAclComponents {
  datastore: Datastore
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  peerStore: Pick<PeerStore, 'get'>
  contentRouting: Pick<ContentRouting, 'get' | 'put'>
  events: TrustAclEvents
  rpc: Pick<Rpc, 'client' | 'serveLate' | 'cursors'>
  logger: ComponentLogger
  /** A node may keep no blocks. */
  content?: ContentStore
}

/** The part of libp2p's event target that is used. */
export interface TrustAclEvents {
  addEventListener(type: 'peer:identify', listener: () => void): void
  removeEventListener(type: 'peer:identify', listener: () => void): void
}
