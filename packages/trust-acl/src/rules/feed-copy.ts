import { Key } from 'interface-datastore'
import { nameOf } from '@waystone/kit/error-fields'
import { z } from 'zod'
import type { AbortOptions } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { FetchedList } from './fetch-list.ts'

const storedCopy = z.object({
  text: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional()
})

/** The last good version of a feed, over restarts. */
export class FeedCopy {
  readonly #store: Pick<Datastore, 'get' | 'put'> | undefined
  readonly #key: Key

  constructor(store: Pick<Datastore, 'get' | 'put'> | undefined, url: string) {
    this.#store = store
    this.#key = new Key(`/trust/rules/feed/${encodeURIComponent(url)}`)
  }

  /** Undefined if there is none, or none that can be read. */
  async load(options: AbortOptions): Promise<FetchedList | undefined> {
    const bytes = await this.#get(options)
    if (bytes === undefined) return undefined
    try {
      return storedCopy.parse(JSON.parse(new TextDecoder().decode(bytes)))
    } catch {
      // it was written by something else: the next fetch writes it anew
      return undefined
    }
  }

  async save(list: FetchedList, options: AbortOptions): Promise<void> {
    await this.#store?.put(this.#key, new TextEncoder().encode(JSON.stringify(list)), options)
  }

  async #get(options: AbortOptions): Promise<Uint8Array | undefined> {
    try {
      return await this.#store?.get(this.#key, options)
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return undefined
      throw error
    }
  }
}
