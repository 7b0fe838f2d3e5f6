import { Key } from 'interface-datastore'
import { z } from 'zod'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { nameOf } from '@waystone/kit/error-fields'
import { MAX_KEPT_BYTES_PER_PEER, MAX_KEPT_NAMES, MAX_KEPT_NAMES_PER_PEER } from './constants.ts'
import { RecordQuotaError } from './errors.ts'
import type { Datastore } from 'interface-datastore'
import type { CID } from 'multiformats/cid'

const carried = z.strictObject({
  name: z.string(),
  by: z.string().optional(),
  validUntil: z.number(),
  bytes: z.number(),
  cid: z.string().optional()
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
  /** Of the file, if it is kept here. */
  readonly cid?: string | undefined
}

/** Which names this node carries for itself and for others, with their files, over restarts. */
export class CarriedNames {
  readonly #names: Datastore
  readonly #files: Datastore

  constructor(datastore: Datastore) {
    this.#names = new NamespacedDatastore(datastore, '/ipns/carried')
    this.#files = new NamespacedDatastore(datastore, '/ipns/file')
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

  /** Notes a name and its file; what its last version needed is dropped. */
  async put(name: CarriedName, file?: { cid: CID; bytes: Uint8Array }): Promise<void> {
    const before = await this.get(name.name)
    if (file !== undefined) await this.#files.put(keyOf(file.cid.toString()), file.bytes)
    await this.#names.put(keyOf(name.name), new TextEncoder().encode(JSON.stringify(name)))
    if (before?.cid !== undefined && before.cid !== name.cid) await this.#dropFile(before.cid)
  }

  async remove(name: string): Promise<void> {
    const before = await this.get(name)
    await this.#names.delete(keyOf(name))
    if (before?.cid !== undefined) await this.#dropFile(before.cid)
  }

  async file(cid: CID): Promise<Uint8Array | undefined> {
    return await valueAt(this.#files, cid.toString())
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

  async #dropFile(cid: string): Promise<void> {
    const names = await this.all()
    if (!names.some(one => one.cid === cid)) await this.#files.delete(keyOf(cid))
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
