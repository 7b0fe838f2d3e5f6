/**
 * Checks an entry without a database, for whoever reads a config: loads little.
 *
 * @packageDocumentation
 */
import { createEntry } from './database/entry.ts'
import type { TrustEntryInit } from './database/contract.ts'
import type { TrustEntry } from './contract.ts'

/**
 * The key of an entry in the one form in which the database has it, and its kind.
 *
 * @throws LabelInvalidError, PubkeyInvalidError, TrustLevelUnknownError, TrustFunctionInvalidError
 * @throws LifetimeInvalidError, EntryAddressInvalidError
 */
export function checkEntry(init: TrustEntryInit): Pick<TrustEntry, 'pubkey' | 'kind'> {
  const { pubkey, kind } = createEntry(init, 'config', 0)
  return { pubkey, kind }
}
