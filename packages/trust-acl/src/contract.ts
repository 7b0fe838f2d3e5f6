import type { CID } from 'multiformats/cid'
import type { TrustDecision, TrustLevel, TrustSubject } from '@waystone/interface'

/** A level that an entry can have: strangers have `none` because there is no entry. */
export type EntryLevel = Exclude<TrustLevel, 'none'>

/** One line of the trust database, with the fields of https://github.com/libp2p/notes/issues/24. */
export interface TrustEntry {
  /** Unique, 1 to 64 characters. */
  readonly label: string
  /** Unique: the IPNS name of a trust file (libp2p-key CID in base36, `k51…`), or the id of a single peer. */
  readonly pubkey: string
  readonly kind: 'file' | 'peer'
  readonly trustlevel: EntryLevel
  /** By function: `true` allows and `false` denies, whatever the matrix says. */
  readonly trustedFunctions: Readonly<Record<string, boolean>>
  /** How long the level holds from {@link validatedAt} on, in milliseconds; absent means for ever. */
  readonly trustLifetime?: number
  /** When the level was given, in milliseconds since the Unix epoch. */
  readonly validatedAt: number
  /** When the trust file was fetched last, in milliseconds since the Unix epoch. */
  readonly fetched?: number
  /** Milliseconds after {@link fetched} from which on the file counts as stale; at least 24 h. */
  readonly ttl?: number
  /** Milliseconds after {@link fetched} from which on the file is not used any more; at most two years. */
  readonly cacheLifetime?: number
  /** Of a single peer: multiaddrs as text, without the peer id. */
  readonly addresses: readonly string[]
  readonly source: 'operator' | 'config'
  readonly status: EntryStatus
}

export interface EntryStatus {
  /** `never`: nothing was fetched yet. `invalid`: too old to be used. `expired`: the level ended. */
  readonly state: 'never' | 'ok' | 'stale' | 'invalid' | 'expired'
  /** Of the last attempt, if it failed. */
  readonly error?: { readonly name: string; readonly message: string }
  readonly nextTryAt?: number
  readonly sequence?: bigint
  readonly cid?: string
  readonly via?: RecordWay
}

/** How a record came here. */
export type RecordWay = 'dht' | 'rpc' | 'https' | 'shipped' | 'own'

/** A trust file, checked; see `trust-file/`. */
export interface TrustFile {
  readonly description: string
  readonly contact: readonly string[]
  readonly entities: readonly TrustFileEntity[]
}

export interface TrustFileEntity {
  /** `default` if the file names none. */
  readonly entity: string
  readonly nodes: readonly TrustFileNode[]
}

export interface TrustFileNode {
  /** `node` if the file gives none. */
  readonly label: string
  /** Peer id in its base58 form, as `PeerId.toString()` gives it. */
  readonly peer: string
  readonly contact: readonly string[]
  /** Multiaddrs as text, without the peer id. */
  readonly remotes: readonly string[]
  /** True if the file says nothing. */
  readonly remotesStrict: boolean
}

/** What a fetch brought, verified. */
export interface FetchedTrustFile {
  readonly file: TrustFile
  /** The bytes as published. */
  readonly bytes: Uint8Array
  readonly cid: CID
  readonly record: Uint8Array
  readonly sequence: bigint
  /** Milliseconds, raised to 24 h. */
  readonly ttl: number
  readonly via: RecordWay
}

/** One thing that the operator may want to look up later. */
export interface AuditEvent {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly kind:
    | 'denied'
    | 'closed'
    | 'added'
    | 'changed'
    | 'removed'
    | 'expired'
    | 'fetched'
    | 'refused'
    | 'joined'
    | 'left'
  /** Peer id, label or IP. */
  readonly subject: string
  readonly function?: string
  readonly reason: string
  /** How often in a row. */
  readonly count: number
}

/** Keeps the last events and counts denials; see `audit/`. */
export interface AuditSink {
  denied(subject: TrustSubject, trustFunction: string, decision: TrustDecision): void
  add(event: Omit<AuditEvent, 'at' | 'count'>): void
}
