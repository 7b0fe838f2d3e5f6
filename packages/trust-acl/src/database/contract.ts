import type { EntryLevel, EntryStatus, RecordWay, TrustEntry, TrustFile } from '../contract.ts'

/** A new entry, as a person gives it. */
export interface TrustEntryInit {
  label: string
  /** IPNS name or peer id, in any usual text form. */
  pubkey: string
  /** One of the levels of entries; checked. */
  trustlevel: string
  /** Default: `peer` with addresses or if the key is written as a peer id (`12D3Koo…`), else `file`. */
  kind?: 'file' | 'peer' | undefined
  trustedFunctions?: Readonly<Record<string, boolean>> | undefined
  /** Milliseconds; default: for ever. */
  trustLifetime?: number | 'infinity' | undefined
  /** Milliseconds; default and limit: two years. */
  cacheLifetime?: number | undefined
  /** Multiaddrs of a single peer, with or without its id. */
  addresses?: readonly string[] | undefined
}

/** What is to be different; absent means as before. */
export interface TrustEntryChange {
  label?: string | undefined
  trustlevel?: string | undefined
  /** Replaces all. */
  trustedFunctions?: Readonly<Record<string, boolean>> | undefined
  /** Milliseconds from now on. */
  trustLifetime?: number | 'infinity' | undefined
  /** Milliseconds. */
  cacheLifetime?: number | undefined
  /** Replaces all. */
  addresses?: readonly string[] | undefined
}

/** How many entries are taken at once. */
export interface AddAllOptions {
  /** What becomes of entries whose key is there already; default: everything is refused. */
  existing?: 'refuse' | 'skip' | 'replace' | undefined
  /** When it ends before the commit, nothing is changed. */
  signal?: AbortSignal | undefined
}

/** What came of many entries. */
export interface AddedAll {
  added: number
  replaced: number
  skipped: number
}

/** What came of the last attempt to refresh; a key that is absent stays, one that is undefined goes. */
export interface StatusChange {
  error?: EntryStatus['error'] | undefined
  /** Milliseconds since the Unix epoch. */
  nextTryAt?: number | undefined
}

/** How an entry ended for good. */
export type Ended = 'expired' | 'invalid'

/** What is kept of an entry besides its trust file. */
export interface StoredEntry extends Omit<TrustEntry, 'fetched' | 'ttl' | 'status'>, StatusChange {
  readonly trustlevel: EntryLevel
  readonly ended?: Ended | undefined
}

/** What is kept of a trust file. */
export interface HeldFile {
  readonly file: TrustFile
  /** As published. */
  readonly bytes: Uint8Array
  /** The signed IPNS record by which it came. */
  readonly record: Uint8Array
  readonly cid: string
  readonly sequence: bigint
  /** Milliseconds. */
  readonly ttl: number
  readonly via: RecordWay
  /** Milliseconds since the Unix epoch. */
  readonly fetched: number
}

/** An entry with all that is known of it. */
export interface HeldEntry {
  readonly entry: StoredEntry
  readonly file: HeldFile | undefined
  /** False for what the config names at each start. */
  readonly stored: boolean
}

/** What became different; without `before` it is new, without `after` it is gone. */
export interface DatabaseChange {
  readonly kind: 'added' | 'changed' | 'removed' | 'fetched'
  readonly before: HeldEntry | undefined
  readonly after: HeldEntry | undefined
}
