import { Libp2pRecord } from '@libp2p/record'
import { nameOf } from '@waystone/kit/error-fields'
import { BaseDatastore } from 'datastore-core'
import type { AbortOptions } from '@libp2p/interface'
import type { DhtRecords } from '@waystone/trust-acl'
import type { Datastore, Key, KeyQuery, Query } from 'interface-datastore'

export interface NewestRecordsInit {
  store: Datastore
  /** Where kad-dht keeps records. */
  prefix: string
  /** By namespace, such as `ipns`: throws if what is stored is newer. */
  requireNewer: Readonly<Record<string, DhtRecords['requireNewer']>>
}

/**
 * Keeps what is newest of a DHT's records. kad-dht 16 replaces a record by any
 * other that is valid (rpc/handlers/put-value.ts), so that whoever still has an
 * old one could bring it back on every node that keeps the new one.
 */
export class NewestRecords extends BaseDatastore {
  readonly #init: NewestRecordsInit
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: NewestRecordsInit) {
    super()
    this.#init = init
  }

  /** @throws what `requireNewer` throws */
  override async put(key: Key, value: Uint8Array, options?: AbortOptions): Promise<Key> {
    const { store, prefix } = this.#init
    if (!key.toString().startsWith(`${prefix}/`)) return await store.put(key, value, options)
    // one after the other: an old record must not pass between the look and the write of a new one
    const turn = this.#last.then(async () => {
      await this.#check(key, value)
      return await store.put(key, value, options)
    })
    this.#last = turn.catch(() => {})
    return await turn
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    return await this.#init.store.get(key, options)
  }

  override async has(key: Key, options?: AbortOptions): Promise<boolean> {
    return await this.#init.store.has(key, options)
  }

  override async delete(key: Key, options?: AbortOptions): Promise<void> {
    await this.#init.store.delete(key, options)
  }

  override async *_all(query: Query, options?: AbortOptions): AsyncGenerator<{ key: Key; value: Uint8Array }> {
    yield* this.#init.store.query(query, options)
  }

  override async *_allKeys(query: KeyQuery, options?: AbortOptions): AsyncGenerator<Key> {
    yield* this.#init.store.queryKeys(query, options)
  }

  async #check(key: Key, bytes: Uint8Array): Promise<void> {
    const record = Libp2pRecord.deserialize(bytes)
    const [, namespace = ''] = new TextDecoder('latin1').decode(record.key).split('/')
    const requireNewer = this.#init.requireNewer[namespace]
    if (requireNewer === undefined) return
    const stored = await this.#stored(key)
    if (stored !== undefined) await requireNewer(record.key, stored.value, record.value)
  }

  async #stored(key: Key): Promise<Libp2pRecord | undefined> {
    try {
      return Libp2pRecord.deserialize(await this.#init.store.get(key))
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return undefined
      throw error
    }
  }
}
