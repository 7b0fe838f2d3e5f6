import { messageOf } from '@waystone/kit/error-fields'
import { nextTurn } from '@waystone/kit'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { Key } from 'interface-datastore'
import { CHECKS_A_TURN, MAX_ENTRIES, MAX_ROW_BYTES } from './constants.ts'
import { decodeEntry, decodeFile, encodeEntry, encodeFile } from './rows.ts'
import type { Datastore } from 'interface-datastore'
import type { HeldFile, StoredEntry } from './contract.ts'

/** What a store held when it was opened. */
export interface StoredTrust {
  /** By public key, as the next ones. */
  entries: Map<string, StoredEntry>
  files: Map<string, HeldFile>
  /** What the config once named, and must not be taken from it again. */
  seen: Set<string>
  /** Rows that could not be read, one sentence each; they were skipped. */
  faults: string[]
}

/** Characters of what is wrong with a row. */
const MAX_FAULT_LENGTH = 300
const PREFIX = '/trust'
const TABLES = ['entry', 'file', 'seen'] as const

/** The trust database on disk: one row for an entry, one for its trust file. */
export class TrustStore {
  readonly #datastore: Datastore
  readonly #rows: NamespacedDatastore

  /** @param datastore - the node's; only keys under `/trust` are touched */
  constructor(datastore: Datastore) {
    this.#datastore = datastore
    this.#rows = new NamespacedDatastore(datastore, PREFIX)
  }

  async load(): Promise<StoredTrust> {
    const found: StoredTrust = { entries: new Map(), files: new Map(), seen: new Set(), faults: [] }
    for (const table of TABLES) {
      for await (const { key, value } of this.#rows.query({ prefix: `/${table}/` })) {
        const fault = attempt(() => readRow(found, key, value))
        if (fault !== undefined) found.faults.push(`${key.toString()} cannot be read (${fault})`)
      }
    }
    return found
  }

  /** The trust file of a key; nothing if there is none, or its row cannot be read. */
  async file(pubkey: string): Promise<HeldFile | undefined> {
    const key = keyOf('file', pubkey)
    if (!(await this.#rows.has(key))) return undefined
    try {
      return decodeFile(await this.#rows.get(key))
    } catch {
      // told when the database is opened
      return undefined
    }
  }

  async putEntry(entry: StoredEntry): Promise<void> {
    await this.#rows.put(keyOf('entry', entry.pubkey), encodeEntry(entry))
  }

  /**
   * Writes all or, on a datastore whose batches are transactions, nothing. Others have their turn before the commit.
   *
   * @throws the reason of the signal, if it ended before the commit
   */
  async putEntries(entries: readonly StoredEntry[], signal?: AbortSignal): Promise<void> {
    // of the datastore itself: a namespaced one writes row by row
    const batch = this.#datastore.batch()
    for (const [at, entry] of entries.entries()) {
      if (at % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn()
      batch.put(new Key(`${PREFIX}/entry/${entry.pubkey}`), encodeEntry(entry))
    }
    signal?.throwIfAborted()
    await batch.commit()
  }

  async putFile(pubkey: string, file: HeldFile): Promise<void> {
    await this.#rows.put(keyOf('file', pubkey), encodeFile(file))
  }

  /** Remembers that the config named it. */
  async putSeen(pubkey: string): Promise<void> {
    await this.#rows.put(keyOf('seen', pubkey), new Uint8Array())
  }

  /** The file first: an entry without its file is whole, a file without its entry is litter. */
  async delete(pubkey: string): Promise<void> {
    await this.#rows.delete(keyOf('file', pubkey))
    await this.#rows.delete(keyOf('entry', pubkey))
  }
}

function keyOf(table: (typeof TABLES)[number], pubkey: string): Key {
  return new Key(`/${table}/${pubkey}`)
}

/** What is wrong, on one line. */
function attempt(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return messageOf(error).replaceAll(/\s+/g, ' ').slice(0, MAX_FAULT_LENGTH)
  }
}

function readRow(found: StoredTrust, key: Key, value: Uint8Array): void {
  const [table, pubkey = ''] = key.namespaces()
  if (table === 'seen') found.seen.add(pubkey)
  else if (table === 'file') found.files.set(pubkey, decodeFile(value))
  else found.entries.set(pubkey, readEntry(found, pubkey, value))
}

function readEntry({ entries }: StoredTrust, pubkey: string, value: Uint8Array): StoredEntry {
  if (entries.size >= MAX_ENTRIES) throw new RangeError(`there are more than ${MAX_ENTRIES} entries`)
  if (value.length > MAX_ROW_BYTES) throw new RangeError(`${value.length} bytes are too many`)
  const entry = decodeEntry(value)
  if (entry.pubkey !== pubkey) throw new RangeError('it is the row of another key')
  return entry
}
