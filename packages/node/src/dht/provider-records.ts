import { peerIdFromString } from '@libp2p/peer-id'
import { WaystoneError } from '@waystone/interface'
import { BaseDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { ProviderIndex } from './provider-index.ts'
import type { AbortOptions, PeerId, PeerStore } from '@libp2p/interface'
import type { Datastore, KeyQuery, Query } from 'interface-datastore'
import type { ProviderLimits } from './provider-index.ts'

/** What a stranger wants remembered is no record of a provider, or is one too many. */
export class ProviderRefusedError extends WaystoneError {
  static override readonly name = 'ProviderRefusedError'
}

/** A digest of 64 bytes in base32, a peer id and the prefix; a CID that holds its content can be of any size. */
const MAX_KEY_CHARACTERS = 512

export interface ProviderRecordsInit {
  /** Where everything but the records of providers goes. */
  rest: Datastore
  store: Datastore
  /** Of the records of providers, as kad-dht names them: without a slash at the end. */
  prefix: string
  limits: ProviderLimits
  /** This node: what it provides itself is not counted. */
  self: PeerId
  peerStore: Pick<PeerStore, 'has'>
}

/**
 * Keeps the records of providers of a DHT apart from all others, and within
 * limits: kad-dht 16.4.5 has none, so that one peer could push out what
 * everybody else has stored. It takes a record only from the provider itself.
 */
export class ProviderRecords extends BaseDatastore {
  readonly #init: ProviderRecordsInit
  #index: Promise<ProviderIndex> | undefined

  constructor(init: ProviderRecordsInit) {
    super()
    this.#init = init
  }

  /** @throws ProviderRefusedError */
  override async put(key: Key, value: Uint8Array, options?: AbortOptions): Promise<Key> {
    const { store, rest } = this.#init
    if (!this.#isOurs(key)) return await rest.put(key, value, options)
    const text = key.toString()
    const name = this.#read(text)
    if (name === undefined) throw new ProviderRefusedError('a record of a provider with a name that is none')
    if (name.peer !== this.#init.self.toString()) {
      const index = await this.#known()
      if (!index.fits(text, name.content)) throw new ProviderRefusedError('this content has providers enough')
      for (const old of index.take(text, name)) await store.delete(new Key(old))
    }
    return await store.put(key, value, options)
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    return await this.#of(key).get(key, options)
  }

  override async has(key: Key, options?: AbortOptions): Promise<boolean> {
    return await this.#of(key).has(key, options)
  }

  override async delete(key: Key, options?: AbortOptions): Promise<void> {
    await this.#of(key).delete(key, options)
    if (this.#isOurs(key)) (await this.#known()).drop(key.toString())
  }

  override async *_all(query: Query, options?: AbortOptions): AsyncGenerator<{ key: Key; value: Uint8Array }> {
    const isOfOneContent = query.prefix?.startsWith(`${this.#init.prefix}/`) === true
    for await (const pair of this.#of(new Key(query.prefix ?? '/')).query(query, options)) {
      if (!isOfOneContent || (await this.#isKnown(pair.key, options))) yield pair
    }
  }

  override async *_allKeys(query: KeyQuery, options?: AbortOptions): AsyncGenerator<Key> {
    yield* this.#of(new Key(query.prefix ?? '/')).queryKeys(query, options)
  }

  /**
   * kad-dht asks for the addresses of each provider and answers nothing at all
   * if one of them is not known any more: one that came and went would hide all.
   */
  async #isKnown(key: Key, options?: AbortOptions): Promise<boolean> {
    const name = this.#read(key.toString())
    if (name === undefined) return false
    return name.peer === this.#init.self.toString() || (await this.#isStored(name.peer, options))
  }

  async #isStored(peer: string, options?: AbortOptions): Promise<boolean> {
    try {
      return await this.#init.peerStore.has(peerIdFromString(peer), options)
    } catch {
      return false
    }
  }

  #of(key: Key): Datastore {
    return this.#isOurs(key) ? this.#init.store : this.#init.rest
  }

  #isOurs(key: Key): boolean {
    const text = key.toString()
    return text === this.#init.prefix || text.startsWith(`${this.#init.prefix}/`)
  }

  #read(key: string): { content: string; peer: string } | undefined {
    const [content = '', peer = '', ...more] = key.slice(this.#init.prefix.length + 1).split('/')
    return content === '' || peer === '' || more.length > 0 || key.length > MAX_KEY_CHARACTERS
      ? undefined
      : { content, peer }
  }

  async #known(): Promise<ProviderIndex> {
    this.#index ??= this.#load().catch((error: unknown) => {
      this.#index = undefined
      throw error
    })
    return await this.#index
  }

  async #load(): Promise<ProviderIndex> {
    const { store, prefix, limits, self } = this.#init
    const index = new ProviderIndex(limits)
    for await (const key of store.queryKeys({ prefix: `${prefix}/` })) {
      const name = this.#read(key.toString())
      if (name !== undefined && name.peer !== self.toString()) index.take(key.toString(), name)
    }
    return index
  }
}
