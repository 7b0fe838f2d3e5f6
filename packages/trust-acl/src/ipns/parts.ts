import type { Logger, PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock, NodeTrust, Random } from '@waystone/interface'
import type { AuditSink, EntryStatus, FetchedTrustFile, TrustEntry, TrustFile } from '../contract.ts'

/** The trust database, as far as fetching and publishing trust files go. */
export interface TrustFileEntries extends NodeTrust {
  entries(): Iterable<TrustEntry>
  entry(labelOrPubkey: string): TrustEntry | undefined
  /** Takes a verified trust file into use. */
  setFile(pubkey: string, fetched: FetchedTrustFile): Promise<unknown> | void
  setStatus(pubkey: string, change: StatusNote): Promise<unknown> | void
  /** What is in use. */
  fileOf(pubkey: string): { file: TrustFile; bytes: Uint8Array; record: Uint8Array } | undefined
}

/** How the last attempt to refresh an entry went. */
export type StatusNote = Partial<Pick<EntryStatus, 'error' | 'nextTryAt'>>

/** Keys under which this node publishes, by the names that the operator gave them. */
export interface NamedKeys {
  /** The key of this name; a new one is made if there is none. */
  get(name: string): Promise<PrivateKey>
}

/** A trust file that came with the config. */
export interface ShippedCopy {
  /** Name of the entry it belongs to. */
  readonly pubkey: string
  /** Where it is, for a person to read. */
  readonly where?: string | undefined
  /** Reads it at first use. */
  load(): Promise<{ record: Uint8Array; file: Uint8Array }>
}

/** Connected peers that serve the exchange, those that are trusted most first. */
export type ExchangePeers = () => Promise<PeerId[]>

/** What everything here stands on. */
export interface IpnsBasics {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly audit: Pick<AuditSink, 'add'>
}
