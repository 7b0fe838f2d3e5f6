import type { AbortOptions, PeerId } from '@libp2p/interface'
import type { RegistryEnrollment, RegistryRecord, RegistryState } from '@waystone/interface'
import type { Filter, Kind, SignedRecord } from '@waystone/wire/registry'

/** What a filter can ask of a record, by the name of the field; a list field has a list. */
export type RecordValues = Readonly<Record<string, Scalar | readonly Scalar[]>>

export type Scalar = string | number | boolean

/** A record whose signature, form and times were checked, with the bytes that prove it. */
export interface VerifiedRecord extends RegistryRecord {
  /** The peer's id in base58. Making `peer` of it takes 15 µs, so that is done when it is asked for first. */
  readonly id: string
  /** Of kind, peer and key; see `nameHash`. 16 bytes. */
  readonly hash: Uint8Array
  /** Of the fields that the kind declares; none if withdrawn. */
  readonly values: RecordValues
  readonly withdrawn: boolean
  /** The encoded `SignedRecord`. */
  readonly signed: Uint8Array
}

/** What tells records apart. */
export interface RecordName {
  readonly kind: string
  /** Peer id in base58. */
  readonly peer: string
  readonly key: string
}

/**
 * What became of a record that was put: its content is new here; it lasts longer with the content that was here;
 * the same one was held already; a newer one was.
 */
export type PutResult = 'taken' | 'renewed' | 'held' | 'newer'

/** The registry that this node keeps. Everything in it is verified. */
export interface RegistryStore {
  /**
   * Takes a record that whoever brings it may write.
   *
   * @throws RegistryFullError, PeerRecordsFullError, NetworkRecordsFullError - nobody else's record is forgotten for it
   * @throws RecordExpiryError - registered here, it would end too soon after a longer one
   */
  put(record: VerifiedRecord, options?: PutOptions): PutResult
  /**
   * The same for many in one transaction, which is quicker: each is taken or refused for itself.
   *
   * @throws RegistryStoreError - none of them was taken
   */
  putAll(records: readonly VerifiedRecord[], options?: PutOptions): (PutResult | Error)[]
  /** The same for what different peers bring, in one transaction. @throws RegistryStoreError - none was taken */
  putGroups(groups: readonly PutGroup[]): (PutResult | Error)[][]
  /**
   * At most `limit` records that match, in the order of a place that never changes, after `after`.
   * Works in steps of some milliseconds and lets others have their turn in between.
   */
  query(request: StoreQuery, options?: QueryOptions): Promise<StorePage>
  /** From a change on: what was put and what went, oldest first; then as it comes. */
  watch(request: StoreWatch, options: WatchOptions): AsyncIterable<StoreChange>
  kinds(): Kind[]
  state(): RegistryState
  /** 8 bytes for each of `DIGEST_PARTS` parts. */
  digests(): Uint8Array
  /** Hash of the name (16 bytes) and sequence of each record in a part, withdrawn ones too, expired ones not. */
  names(part: number): { hash: Uint8Array; sequence: number }[]
  /** The encoded `SignedRecord`s of these names' hashes, as far as they are here. */
  signed(hashes: readonly Uint8Array[]): Uint8Array[]
  /** Whether a record of this hash with this sequence or a higher one is held. */
  holds(hash: Uint8Array, sequence: number): boolean
  /** Calls back with each record that was taken or renewed, until the returned function is called. */
  onPut(listener: (record: VerifiedRecord) => void): () => void
}

/** Of records that their peer itself brings; none for those of other registries, so that registries become equal. */
export interface PutOptions {
  /** Whether the limits of one peer and of one network count. */
  registered?: boolean
  /** Where the peer is, as `networkOf` gives it; absent counts for no network. */
  network?: string | undefined
}

/** What one peer brings at one time. */
export interface PutGroup {
  readonly records: readonly VerifiedRecord[]
  readonly options: PutOptions
}

export interface StoreQuery {
  kind: string
  filter?: Filter | undefined
  limit: number
  /** The place of the last record of the page before. */
  after?: number | undefined
}

export interface QueryOptions extends AbortOptions {
  /** Before each step after the first; what it throws ends the query. */
  onStep?: () => void
}

export interface WatchOptions {
  signal: AbortSignal
  /** After each piece of work that is as much as a step of a query: the watch goes on when it resolves. */
  onStep?: (() => Promise<void>) | undefined
}

export interface StorePage {
  records: readonly { place: number; signed: Uint8Array }[]
  hasMore: boolean
}

export interface StoreWatch {
  kind?: string | undefined
  filter?: Filter | undefined
  /** The number of the last change that was seen; absent begins with what is there. */
  after?: bigint | undefined
}

export type StoreChange =
  | { readonly type: 'put'; readonly signed: Uint8Array; readonly number: bigint }
  | { readonly type: 'gone'; readonly name: RecordName; readonly number: bigint }
  | { readonly type: 'current'; readonly number: bigint }
  /** The change to go on from is not known any more. */
  | { readonly type: 'reset' }

/** The service that keeps a registry, as other services of its node see it. */
export interface RegistryServer {
  /** The store, once it is open, and what checks records for it. @throws RegistryClosedError - before the start, after the stop */
  opened(): Promise<OpenRegistry>
  /** What it holds; nothing while it is not open. */
  state(): RegistryState | undefined
}

export interface OpenRegistry {
  readonly store: RegistryStore
  readonly verify: (signed: SignedRecord) => Promise<VerifiedRecord>
}

/** Whose registry was asked, and what it said. */
export interface RegistryAnswer {
  /** The newest record of each name that any of them gave, verified again here. */
  readonly records: readonly VerifiedRecord[]
  readonly nextCursor: string
  /** Nobody if this node keeps a registry itself. */
  readonly asked: readonly PeerId[]
  /** What they do not agree on, in one sentence each. */
  readonly disagreements: readonly string[]
}

export interface RegistryQueryOptions extends AbortOptions {
  /** Records on a page; default 100. */
  size?: number
  cursor?: string
  /** How many registries are asked and compared; default 2, of different networks where there are any. */
  registries?: number
}

export type RegistryChange =
  | { readonly type: 'put'; readonly record: VerifiedRecord; readonly resume: string }
  | { readonly type: 'gone'; readonly name: RecordName; readonly resume: string }
  | { readonly type: 'current'; readonly resume: string }
  | { readonly type: 'reset' }

export interface RegistryWatchOptions extends AbortOptions {
  /** From a change: goes on after it. */
  resume?: string
}

/** The service in `libp2p.services.registry`, in every node and in browsers. */
export interface Registry extends RegistryEnrollment {
  /** @param filter - as `parseFilter` makes it of text */
  query(kind: string, filter?: Filter, options?: RegistryQueryOptions): Promise<RegistryAnswer>
  /** Goes on at another registry when one is lost. */
  watch(kind: string, filter?: Filter, options?: RegistryWatchOptions): AsyncIterable<RegistryChange>
  kinds(options?: AbortOptions): Promise<RegistryKinds>
  own(): readonly OwnEntry[]
}

export interface RegistryKinds {
  readonly kinds: readonly Kind[]
  /** Nobody if this node keeps a registry itself. */
  readonly asked: readonly PeerId[]
}

export interface OwnEntry {
  readonly kind: string
  readonly key: string
  readonly sequence: number
  readonly expiry: number
  readonly heldBy: readonly PeerId[]
  /** Why registries refused it, in one sentence each. */
  readonly refusals: readonly string[]
}
