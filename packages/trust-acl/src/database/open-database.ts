import { messageOf } from '@waystone/kit/error-fields'
import { configPeers } from './from-config.ts'
import { createEntry } from './entry.ts'
import { TrustDatabase } from './trust-database.ts'
import type { Clock } from '@waystone/interface'
import type { TrustAclConfig } from '../trust-acl-contract.ts'
import type { DatabaseChange, TrustEntryInit } from './contract.ts'
import type { StoredTrust, TrustStore } from './store.ts'

export interface OpenDatabaseInit {
  store: TrustStore
  clock: Clock
  config: Pick<TrustAclConfig, 'entries' | 'seeds' | 'relays'>
  onChange: (changes: readonly DatabaseChange[]) => void
  /** Told of what could not be read or taken, one sentence each. */
  onFault: (fault: string) => void
}

/**
 * Reads what is stored, and takes what the config names. What cannot be read or
 * does not fit is reported and left out; the rest is used.
 */
export async function openDatabase(init: OpenDatabaseInit): Promise<TrustDatabase> {
  const { store, clock, config, onChange } = init
  const stored = await store.load()
  for (const fault of stored.faults) init.onFault(fault)
  const peers = configPeers(config, clock.now())
  const named = new Set(peers.map(({ entry }) => entry.pubkey))
  const database = new TrustDatabase({ store, clock, onChange, isConfigured: pubkey => named.has(pubkey) })
  for (const entry of stored.entries.values())
    attempt(init, () => database.hold({ entry, file: stored.files.get(entry.pubkey), stored: true }))
  for (const entry of config.entries ?? []) await take(init, entry, { database, stored })
  for (const held of peers) if (isNew(database, stored, held.entry.pubkey)) attempt(init, () => database.hold(held))
  return database
}

interface Taking {
  database: TrustDatabase
  stored: StoredTrust
}

/** At its first sight; later only what the operator has not touched follows the config. */
async function take(init: OpenDatabaseInit, entry: TrustEntryInit, { database, stored }: Taking): Promise<void> {
  try {
    const { pubkey } = createEntry(entry, 'config', init.clock.now())
    if (database.get(pubkey) === undefined && !stored.seen.has(pubkey)) {
      await init.store.putSeen(pubkey)
      await database.add(entry, 'config')
    }
  } catch (error) {
    init.onFault(`the entry "${entry.label}" of the config was left out (${messageOf(error)})`)
  }
}

function isNew(database: TrustDatabase, { seen }: StoredTrust, pubkey: string): boolean {
  // a trust file that is published under the key of a seed is another entry
  return database.get(pubkey) === undefined && !seen.has(pubkey)
}

function attempt({ onFault }: OpenDatabaseInit, work: () => void): void {
  try {
    work()
  } catch (error) {
    onFault(messageOf(error))
  }
}
