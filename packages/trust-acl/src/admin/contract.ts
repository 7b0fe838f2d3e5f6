import type { Clock } from '@waystone/interface'
import type { Cursors } from '@waystone/rpc'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Evicted } from '../enforcement/eviction.ts'
import type { TrustAcl } from '../trust-acl.ts'

/** What the admin API of trust works on. */
export interface TrustAdminParts {
  acl: TrustAcl
  audit: Pick<AuditLog, 'events' | 'follow'>
  /** Ends what is no longer allowed, now. */
  evict: () => Promise<Evicted>
  publisher: TrustPublisher
  /** Of the node's RPC. */
  cursors: Cursors
  clock: Clock
}

/** Brings trust files here, and out of here. */
export interface TrustPublisher {
  /**
   * Looks for a newer trust file now; what came of it is in the status of the entry.
   *
   * @param pubkey - as the entry has it
   */
  fetchEntry(pubkey: string, options: { signal: AbortSignal }): Promise<unknown>
  /** @throws when the file or the record is refused */
  publish(init: PublishInit, options: { signal: AbortSignal }): Promise<Published>
}

export interface PublishInit {
  /** The trust file, at most 1 MiB, checked. */
  file: Uint8Array
  /** A key of the node by name; it or a record. */
  key?: string | undefined
  /** Signed elsewhere. */
  record?: Uint8Array | undefined
  /** Milliseconds. */
  ttl?: number | undefined
  /** How long the record is valid, in milliseconds. */
  lifetime?: number | undefined
}

export interface Published {
  /** The IPNS name, `k51…`. */
  readonly name: string
  readonly cid: { toString(): string }
  readonly sequence: bigint
  /** Milliseconds since the Unix epoch. */
  readonly validUntil: number
  /** The ways that took it. */
  readonly published: readonly string[]
  /** What went wrong on the others. */
  readonly failures: readonly string[]
}
