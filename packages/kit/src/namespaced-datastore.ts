/**
 * A part of a datastore that looks like a whole one.
 *
 * @packageDocumentation
 */
import { BaseDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore, KeyQuery, Pair, Query } from 'interface-datastore'

/**
 * The keys of another datastore under one prefix, without that prefix. Queries
 * read only that part of the store; `NamespaceDatastore` of datastore-core 12
 * reads all of it and filters.
 */
export class NamespacedDatastore extends BaseDatastore {
  readonly #store: Datastore
  readonly #prefix: string

  /** @param prefix - such as `/plugin/hello` */
  constructor(store: Datastore, prefix: string) {
    super()
    this.#store = store
    this.#prefix = prefix
  }

  override async put(key: Key, value: Uint8Array, options?: AbortOptions): Promise<Key> {
    await this.#store.put(this.#inside(key), value, options)
    return key
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    return await this.#store.get(this.#inside(key), options)
  }

  override async has(key: Key, options?: AbortOptions): Promise<boolean> {
    return await this.#store.has(this.#inside(key), options)
  }

  override async delete(key: Key, options?: AbortOptions): Promise<void> {
    await this.#store.delete(this.#inside(key), options)
  }

  override async *_all({ prefix }: Query, options?: AbortOptions): AsyncGenerator<Pair> {
    for await (const { key, value } of this.#store.query({ prefix: this.#under(prefix) }, options)) {
      yield { key: this.#outside(key), value }
    }
  }

  override async *_allKeys({ prefix }: KeyQuery, options?: AbortOptions): AsyncGenerator<Key> {
    for await (const key of this.#store.queryKeys({ prefix: this.#under(prefix) }, options)) yield this.#outside(key)
  }

  #inside(key: Key): Key {
    return new Key(this.#under(key.toString()))
  }

  #outside(key: Key): Key {
    return new Key(key.toString().slice(this.#prefix.length), false)
  }

  // with the slash: /plugin/hello is no prefix of the keys of /plugin/hello-again
  #under(path = '/'): string {
    return `${this.#prefix}/${path.replace(/^\/+/, '')}`
  }
}
