import type { ComponentLogger, PeerId } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'
import type { AuditSink, TrustFile } from './contract.ts'
import type { TrustEntryInit } from './database/contract.ts'
import type { AddressCheck } from './decide/contract.ts'
import type { MatrixChanges } from './model/matrix.ts'

export interface TrustAclInit {
  /** Keeps the trust database, under `/trust`. */
  datastore: Datastore
  /** This node. */
  self: PeerId
  /** What the operator wrote down. */
  config?: TrustAclConfig
  /** Rules by address, which come before everything else. */
  rules?: AddressRulesPart | undefined
  /** Told of denials and changes. Default: nobody. */
  audit?: AuditSink
  /** Default: silent. */
  logger?: ComponentLogger
  /** Default: the machine's. */
  clock?: Clock
}

/** Rules that say when they changed. */
export interface AddressRulesPart extends AddressCheck {
  onChange(listener: () => void): () => void
}

export interface TrustAclConfig {
  /** By function: peer ids that may whatever their level, or `anyone`. */
  grants?: Readonly<Record<string, 'anyone' | readonly string[]>>
  matrix?: MatrixChanges
  /** Taken into the database when they are seen first. */
  entries?: readonly TrustEntryInit[]
  /** Addresses that end in a peer id: they count as `advanced` while the config names them. */
  seeds?: readonly string[]
  relays?: readonly string[]
}

/** What an entry has of its trust file. */
export interface HeldTrustFile {
  readonly file: TrustFile
  /** As published. */
  readonly bytes: Uint8Array
  /** The signed IPNS record by which they came. */
  readonly record: Uint8Array
}
