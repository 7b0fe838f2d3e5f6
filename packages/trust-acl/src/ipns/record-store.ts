import { Key } from 'interface-datastore'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { MAX_REMEMBERED } from './constants.ts'
import { IpnsSequenceError } from './errors.ts'
import { newerOf, readRecord } from './record.ts'
import { nameOf } from '@waystone/kit/error-fields'
import type { Datastore } from 'interface-datastore'
import type { IpnsName } from './name.ts'
import type { SignedIpnsRecord } from './record.ts'

/**
 * The newest record of each name that this node knows. Those that are kept
 * outlive a restart, expired ones too: they still say which sequence was the
 * last. Others are remembered as long as there is room.
 */
export class RecordStore {
  readonly #kept: Datastore
  /** Longest not used first, as a Map keeps the order of insertion. */
  readonly #remembered = new Map<string, SignedIpnsRecord>()
  #writing: Promise<unknown> = Promise.resolve()

  constructor(datastore: Datastore) {
    this.#kept = new NamespacedDatastore(datastore, '/ipns/record')
  }

  async held(name: IpnsName): Promise<SignedIpnsRecord | undefined> {
    return this.#remembered.get(name.text) ?? (await this.#read(name))
  }

  /**
   * Takes a record, unless a newer one is held.
   *
   * @returns the one that is held now
   * @throws IpnsSequenceError - its sequence is below the one that is held
   */
  async offer(record: SignedIpnsRecord): Promise<SignedIpnsRecord> {
    return await this.#exclusively(async () => {
      const newest = await this.newest(record)
      if (newest === record) await this.#write(record)
      return newest
    })
  }

  /** As {@link RecordStore.offer}, and keeps it over restarts. */
  async keep(record: SignedIpnsRecord): Promise<SignedIpnsRecord> {
    return await this.#exclusively(async () => {
      const newest = await this.newest(record)
      this.#remember(newest)
      await this.#kept.put(keyOf(record.name), newest.record)
      return newest
    })
  }

  /**
   * The newer of this record and the one that is held.
   *
   * @throws IpnsSequenceError
   */
  async newest(record: SignedIpnsRecord): Promise<SignedIpnsRecord> {
    const held = await this.held(record.name)
    if (held === undefined) return record
    if (record.sequence >= held.sequence) return await newerOf(record.name, held, record)
    throw new IpnsSequenceError(
      `${record.name.text} has come with sequence ${record.sequence}, which is behind the known ${held.sequence}`,
      { hint: 'whoever offers it is out of date, or tries to bring an old version back' }
    )
  }

  async forget(name: IpnsName): Promise<void> {
    this.#remembered.delete(name.text)
    await this.#kept.delete(keyOf(name))
  }

  async #write(record: SignedIpnsRecord): Promise<void> {
    this.#remember(record)
    const key = keyOf(record.name)
    if (await this.#kept.has(key)) await this.#kept.put(key, record.record)
  }

  #remember(record: SignedIpnsRecord): void {
    this.#remembered.delete(record.name.text)
    this.#remembered.set(record.name.text, record)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
  }

  async #read(name: IpnsName): Promise<SignedIpnsRecord | undefined> {
    try {
      const record = await readRecord(name, await this.#kept.get(keyOf(name)))
      this.#remember(record)
      return record
    } catch (error) {
      if (nameOf(error) === 'NotFoundError' || nameOf(error).startsWith('Ipns')) return undefined
      throw error
    }
  }

  /** Two records of one name at a time must not both be found the newest. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(work, work)
    this.#writing = turn.catch(() => {})
    return await turn
  }
}

function keyOf(name: IpnsName): Key {
  return new Key(`/${name.text}`)
}
