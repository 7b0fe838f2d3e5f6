import type { AbortOptions, PeerId } from '@libp2p/interface'

/** A verified record of the registry. */
export interface RegistryRecord {
  readonly kind: string
  readonly peer: PeerId
  readonly key: string
  readonly sequence: number
  /** Milliseconds since the Unix epoch. */
  readonly expiry: number
  /** The message of the kind, encoded. */
  readonly payload: Uint8Array
}

/** Something that this node keeps registered until it is withdrawn. */
export interface RegistryEntry {
  readonly kind: string
  readonly key: string
  /** Registries that hold it. */
  heldBy(): readonly PeerId[]
  /** Another payload from now on. */
  update(payload: Uint8Array): void
  /** Ends it everywhere that can be reached. Safe twice. */
  withdraw(options?: AbortOptions): Promise<void>
}

export interface EnrollOptions {
  /** Tells entries of one kind apart; default empty. */
  key?: string
  /** How long others keep it if this node goes without a word, in milliseconds; default 10 minutes. */
  lifetime?: number
}

/** What a service wants from the registry: to say what this node is. Asking is the service's own contract. */
export interface RegistryEnrollment {
  /** Registers with several registries and renews at half the lifetime, whoever of them comes or goes. */
  enroll(kind: string, payload: Uint8Array, options?: EnrollOptions): RegistryEntry
}

/** What can be said of a registry that a node keeps, for comparison with those of others. */
export interface RegistryState {
  readonly records: number
  /** The sum of the digests of all parts: 8 bytes. Equal at two registries that hold the same. */
  readonly digest: Uint8Array
}
