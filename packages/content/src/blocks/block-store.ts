import { Key } from 'interface-datastore'
import { blockKey, isContentOf, rawCidOfKey } from '../cid-rules.ts'
import { USE_GRAIN_MS } from '../constants.ts'
import { ContentStoreFullError } from '../errors.ts'
import { BlockIndex, costOf } from './block-index.ts'
import { decodeEntry, encodeEntry } from './index-record.ts'
import type { BlockEntry } from './block-index.ts'
import type { Clock } from '@waystone/interface'
import type { Batch, Datastore } from 'interface-datastore'
import type { CID } from 'multiformats/cid'

const BLOCKS = '/content/block/'
// apart from the bytes, so that a start does not read all of them
const INDEX = '/content/index/'

export interface BlockStoreInit {
  datastore: Datastore
  /** What all blocks may take, in bytes. */
  maxBytes: number
  clock: Clock
}

/**
 * Blocks in the node's datastore, within a number of bytes. Callers check a
 * block before it goes in; what comes out is compared with its hash, and what
 * the disk has changed is dropped.
 */
export class BlockStore {
  readonly #init: BlockStoreInit
  #index: Promise<BlockIndex> | undefined
  /** The last change; each waits for the one before, so that they agree on the space. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: BlockStoreInit) {
    this.#init = init
  }

  async has(cid: CID): Promise<boolean> {
    return (await this.#known()).get(blockKey(cid)) !== undefined
  }

  async get(cid: CID): Promise<Uint8Array | undefined> {
    const key = blockKey(cid)
    const entry = (await this.#known()).get(key)
    if (entry === undefined) return undefined
    const bytes = await this.#read(key)
    if (bytes === undefined || !(await isContentOf(cid, bytes))) {
      await this.delete(cid)
      return undefined
    }
    await this.#touch(key, entry)
    return bytes
  }

  /** @throws ContentStoreFullError */
  async put(cid: CID, bytes: Uint8Array, pinned: boolean): Promise<void> {
    await this.#change(async index => {
      const key = blockKey(cid)
      const known = index.get(key)
      const usedAt = this.#init.clock.now()
      const entry = { size: bytes.byteLength, pinned: pinned || known?.pinned === true, usedAt }
      const batch = this.#init.datastore.batch()
      if (known === undefined) batch.put(new Key(BLOCKS + key), bytes)
      batch.put(new Key(INDEX + key), encodeEntry(entry))
      const victims = known === undefined ? this.#makeRoom(index, costOf(entry.size), batch) : []
      await batch.commit()
      for (const victim of victims) index.delete(victim)
      index.set(key, entry)
    })
  }

  async delete(cid: CID): Promise<void> {
    await this.#change(async index => {
      const key = blockKey(cid)
      const batch = this.#init.datastore.batch()
      remove(batch, key)
      await batch.commit()
      index.delete(key)
    })
  }

  /** What was put here. */
  async pinned(): Promise<CID[]> {
    return Array.from((await this.#known()).pinned(), rawCidOfKey)
  }

  #makeRoom(index: BlockIndex, cost: number, batch: Batch): string[] {
    const { maxBytes } = this.#init
    const victims = index.victims(maxBytes - cost)
    if (victims === undefined) {
      const hint = 'delete what is not needed any more, or raise content.maxBytes'
      throw new ContentStoreFullError(`the content store may take ${maxBytes} bytes and has no room`, { hint })
    }
    for (const victim of victims) remove(batch, victim)
    return victims
  }

  async #touch(key: string, entry: BlockEntry): Promise<void> {
    const usedAt = this.#init.clock.now()
    const index = await this.#known()
    // another call may have removed or pinned it meanwhile
    const current = index.get(key)
    if (current === undefined) return
    const old = Math.abs(usedAt - entry.usedAt) >= USE_GRAIN_MS
    index.set(key, { ...current, usedAt: old ? usedAt : current.usedAt })
    if (old) await this.#init.datastore.put(new Key(INDEX + key), encodeEntry({ ...current, usedAt }))
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#init.datastore.get(new Key(BLOCKS + key))
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFoundError') return undefined
      throw error
    }
  }

  async #change(work: (index: BlockIndex) => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => work(await this.#known()))
    // a change that failed does not fail the next
    this.#last = done.catch(() => {})
    await done
  }

  async #known(): Promise<BlockIndex> {
    this.#index ??= this.#load().catch((error: unknown) => {
      this.#index = undefined
      throw error
    })
    return this.#index
  }

  async #load(): Promise<BlockIndex> {
    const found: [string, BlockEntry][] = []
    for await (const { key, value } of this.#init.datastore.query({ prefix: INDEX })) {
      const entry = decodeEntry(value)
      if (entry !== undefined) found.push([key.toString().slice(INDEX.length), entry])
    }
    const index = new BlockIndex()
    for (const [key, entry] of found.toSorted(([, a], [, b]) => a.usedAt - b.usedAt)) index.set(key, entry)
    return index
  }
}

function remove(batch: Batch, key: string): void {
  batch.delete(new Key(BLOCKS + key))
  batch.delete(new Key(INDEX + key))
}
