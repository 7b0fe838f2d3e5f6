import type { Clock, Random } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'
import type { AuditSink } from '../contract.ts'

export type RuleAction = 'allow' | 'deny'

/** As the config has it in `trust.rules`. */
export interface AddressRulesConfig {
  /** What becomes of addresses that no rule names. */
  default: RuleAction
  allow: readonly string[]
  deny: readonly string[]
  files: ReadonlyArray<{ path: string; action: RuleAction }>
  /** `refresh` in milliseconds. */
  feeds: ReadonlyArray<{ url: string; action: RuleAction; refresh?: number | undefined }>
}

export interface AddressRulesInit {
  config: AddressRulesConfig
  /** Keeps the last good version of feeds over restarts. */
  store?: Pick<Datastore, 'get' | 'put'> | undefined
  /** Told when a list changed, or could not be read. */
  audit?: Pick<AuditSink, 'add'> | undefined
  clock?: Clock
  random?: Random
  fetch?: typeof globalThis.fetch
}

/** How a list is doing, for the operator. */
export interface RuleListStatus {
  /** `config`, a path, or a URL without its query. */
  readonly name: string
  readonly action: RuleAction
  readonly entries: number
  /** When the version in use was read or found to be still right, in milliseconds since the Unix epoch. */
  readonly updatedAt: number | undefined
  /** Why there is no newer version, if the last attempt failed. */
  readonly error: { readonly name: string; readonly message: string } | undefined
}
