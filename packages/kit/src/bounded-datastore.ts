/**
 * A part of a datastore into which strangers write, kept small.
 *
 * @packageDocumentation
 */
import { WaystoneError } from '@waystone/interface'
import { BaseDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore, KeyQuery, Query } from 'interface-datastore'

/** An entry is larger than the store takes. */
export class EntryTooLargeError extends WaystoneError {
  static override readonly name = 'EntryTooLargeError'
}

export interface BoundedDatastoreInit {
  /** Holds the entries; it may hold others besides. */
  store: Datastore
  /** Only entries under this prefix are counted. */
  prefix: string
  /** With one more, the entry that was longest not written is removed. */
  maxEntries: number
  /** Key and value together. */
  maxEntryBytes: number
}

/**
 * Passes everything on to another datastore, and holds no more of it than it
 * may. What an earlier run left behind counts as older than what this one writes.
 */
export class BoundedDatastore extends BaseDatastore {
  readonly #init: BoundedDatastoreInit
  /** Longest not written first, as a Set keeps the order of insertion. */
  #keys: Promise<Set<string>> | undefined

  constructor(init: BoundedDatastoreInit) {
    super()
    this.#init = init
  }

  /** @throws EntryTooLargeError */
  override async put(key: Key, value: Uint8Array, options?: AbortOptions): Promise<Key> {
    const { store, maxEntries, maxEntryBytes } = this.#init
    const bytes = key.uint8Array().length + value.length
    if (bytes > maxEntryBytes) throw new EntryTooLargeError(`${bytes} bytes are over the limit of ${maxEntryBytes}`)
    const keys = await this.#known()
    keys.delete(key.toString())
    keys.add(key.toString())
    const [oldest] = keys
    if (keys.size > maxEntries && oldest !== undefined) await this.#remove(keys, oldest)
    return store.put(key, value, options)
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    return this.#init.store.get(key, options)
  }

  override async has(key: Key, options?: AbortOptions): Promise<boolean> {
    return this.#init.store.has(key, options)
  }

  override async delete(key: Key, options?: AbortOptions): Promise<void> {
    await this.#init.store.delete(key, options)
    const keys = await this.#known()
    keys.delete(key.toString())
  }

  override query(query: Query, options?: AbortOptions): ReturnType<Datastore['query']> {
    return this.#init.store.query(query, options)
  }

  override queryKeys(query: KeyQuery, options?: AbortOptions): ReturnType<Datastore['queryKeys']> {
    return this.#init.store.queryKeys(query, options)
  }

  async #known(): Promise<Set<string>> {
    this.#keys ??= this.#load().catch((error: unknown) => {
      this.#keys = undefined
      throw error
    })
    return this.#keys
  }

  async #load(): Promise<Set<string>> {
    const keys = new Set<string>()
    for await (const key of this.#init.store.queryKeys({ prefix: this.#init.prefix })) keys.add(key.toString())
    return keys
  }

  async #remove(keys: Set<string>, key: string): Promise<void> {
    keys.delete(key)
    await this.#init.store.delete(new Key(key))
  }
}
