import { Key } from 'interface-datastore'
import { z } from 'zod'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { nameOf } from '@waystone/kit/error-fields'
import { MAX_KEPT_BYTES_PER_PEER, MAX_KEPT_NAMES, MAX_KEPT_NAMES_PER_PEER } from './constants.ts'
import { RecordQuotaError } from './errors.ts'
import { KeptBlocks } from './kept-blocks.ts'
import type { Datastore } from 'interface-datastore'
import type { KeptBlock } from './kept-blocks.ts'

const carried = z.strictObject({
  name: z.string(),
  by: z.string().optional(),
  validUntil: z.number(),
  bytes: z.number(),
  hasFile: z.boolean().optional()
})

/** A name whose record is put into the network again and again from here. */
export interface CarriedName {
  /** `k51…` */
  readonly name: string
  /** The peer that asked for it; absent for this node's own. */
  readonly by?: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly validUntil: number
  /** Record and file together. */
  readonly bytes: number
  /** Whether the file of this version was fetched from whoever brought the record. */
  readonly hasFile?: boolean | undefined
}

/** Which names this node carries for itself and for others, with their files, over restarts. */
export class CarriedNames {
  readonly #names: Datastore
  readonly #kept: KeptBlocks

  constructor(datastore: Datastore, kept = new KeptBlocks(datastore)) {
    this.#names = new NamespacedDatastore(datastore, '/ipns/carried')
    this.#kept = kept
  }

  async all(): Promise<CarriedName[]> {
    const names: CarriedName[] = []
    for await (const { value } of this.#names.query({})) names.push(carried.parse(JSON.parse(decode(value))))
    return names
  }

  async get(name: string): Promise<CarriedName | undefined> {
    const value = await valueAt(this.#names, name)
    return value === undefined ? undefined : carried.parse(JSON.parse(decode(value)))
  }

  /** Notes a name. With the blocks of its file, those of its last version are dropped. */
  async put(name: CarriedName, blocks?: readonly KeptBlock[]): Promise<void> {
    await this.#names.put(keyOf(name.name), new TextEncoder().encode(JSON.stringify(name)))
    if (blocks !== undefined) await this.#kept.put(`carried/${name.name}`, blocks)
  }

  async remove(name: string): Promise<void> {
    await this.#names.delete(keyOf(name))
    await this.#kept.remove(`carried/${name}`)
  }

  /**
   * Makes sure that a peer may bring one more name. Only then are names dropped
   * whose records have lapsed: by a clock that has jumped, all of them have.
   *
   * @param now - milliseconds since the Unix epoch
   * @throws RecordQuotaError
   */
  async makeRoom({ name, by, bytes }: Pick<CarriedName, 'name' | 'by' | 'bytes'>, now: number): Promise<void> {
    const others = (await this.all()).filter(one => one.name !== name && one.by !== undefined)
    const fits = (list: readonly CarriedName[]): boolean => {
      const same = list.filter(one => one.by === by)
      const sum = same.reduce((total, one) => total + one.bytes, bytes)
      return list.length < MAX_KEPT_NAMES && same.length < MAX_KEPT_NAMES_PER_PEER && sum <= MAX_KEPT_BYTES_PER_PEER
    }
    if (fits(others)) return
    const lapsed = others.filter(({ validUntil }) => validUntil < now)
    for (const one of lapsed) await this.remove(one.name)
    if (fits(others.filter(one => !lapsed.includes(one)))) return
    throw new RecordQuotaError('this node carries as many records of others as it may')
  }
}

function keyOf(part: string): Key {
  return new Key(`/${part}`)
}

function decode(value: Uint8Array): string {
  return new TextDecoder().decode(value)
}

async function valueAt(store: Datastore, part: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(keyOf(part))
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return undefined
    throw error
  }
}
