import { Key } from 'interface-datastore'
import { z } from 'zod'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { nameOf } from '@waystone/kit/error-fields'
import type { Datastore } from 'interface-datastore'
import type { CID } from 'multiformats/cid'

export interface KeptBlock {
  readonly cid: CID
  readonly bytes: Uint8Array
}

/** For which reason blocks are kept: an entry follows a name, or a name is carried for its publisher. */
export type KeepingOwner = `entry/${string}` | `carried/${string}`

const cids = z.array(z.string())

/**
 * The blocks of trust files that this node hands over to others, apart from the
 * content store: there they would make room for whatever is fetched later.
 */
export class KeptBlocks {
  /** The CIDs of each owner. */
  readonly #lists: Datastore
  readonly #blocks: Datastore
  #writing: Promise<unknown> = Promise.resolve()

  constructor(datastore: Datastore) {
    this.#lists = new NamespacedDatastore(datastore, '/ipns/list')
    this.#blocks = new NamespacedDatastore(datastore, '/ipns/file')
  }

  async get(cid: CID): Promise<Uint8Array | undefined> {
    return await valueAt(this.#blocks, cid.toString())
  }

  /** Takes the blocks of a file; those of its last version are dropped unless somebody else needs them. */
  async put(owner: KeepingOwner, blocks: readonly KeptBlock[]): Promise<void> {
    await this.#exclusively(async () => {
      const before = await this.#listOf(owner)
      for (const { cid, bytes } of blocks) await this.#blocks.put(keyOf(cid.toString()), bytes)
      const list = blocks.map(({ cid }) => cid.toString())
      if (list.length > 0) await this.#lists.put(keyOf(owner), new TextEncoder().encode(JSON.stringify(list)))
      else if (before.length > 0) await this.#lists.delete(keyOf(owner))
      await this.#drop(before)
    })
  }

  async remove(owner: KeepingOwner): Promise<void> {
    await this.put(owner, [])
  }

  /** Drops what was kept for entries that are gone. @param names - those that are there, `k51…` */
  async retainEntries(names: ReadonlySet<string>): Promise<void> {
    const gone: KeepingOwner[] = []
    for await (const key of this.#lists.queryKeys({ prefix: '/entry/' })) {
      const name = key.baseNamespace()
      if (!names.has(name)) gone.push(`entry/${name}`)
    }
    for (const owner of gone) await this.remove(owner)
  }

  async #drop(before: readonly string[]): Promise<void> {
    if (before.length === 0) return
    const needed = new Set<string>()
    for await (const { value } of this.#lists.query({})) for (const cid of parseList(value)) needed.add(cid)
    for (const cid of before) if (!needed.has(cid)) await this.#blocks.delete(keyOf(cid))
  }

  async #listOf(owner: KeepingOwner): Promise<string[]> {
    const value = await valueAt(this.#lists, owner)
    return value === undefined ? [] : parseList(value)
  }

  /** What one writes must not be dropped by another that has looked before. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work)
    this.#writing = turn.catch(() => {})
    await turn
  }
}

function parseList(value: Uint8Array): string[] {
  return cids.parse(JSON.parse(new TextDecoder().decode(value)))
}

function keyOf(part: string): Key {
  return new Key(`/${part}`)
}

async function valueAt(store: Datastore, part: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(keyOf(part))
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return undefined
    throw error
  }
}
