import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { VERIFY_BATCH } from './constants.ts'
import { SyncPartnerInvalidError } from './errors.ts'
import type { SignedRecord } from '@waystone/wire/registry'
import type { PutResult, RegistryStore, VerifiedRecord } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { RegistrySyncInit } from './contract.ts'
import type { SyncCounts } from './metrics.ts'
import type { Unwanted } from './unwanted.ts'

export interface IntakeInit {
  store: Pick<RegistryStore, 'putAll'>
  trust: Pick<RegistrySyncInit['trust'], 'explain'>
  verify: Verify
  unwanted: Pick<Unwanted, 'add' | 'has'>
  count: SyncCounts['record']
}

export interface TakenRecords {
  /** Were not here before. */
  taken: number
  /** Valid, and not taken: their peers may not write here, there is no room, or this node knows no such kind. */
  refused: number
  /** Of those refused: records of a known kind that had not come before, or long ago. Others may take them. */
  unseen: number
  /** Over by now, or too far ahead: clocks differ. */
  outdated: number
}

/** What an honest registry may bring: its clock differs from ours, or it knows other kinds. */
const HONEST: ReadonlyMap<string, 'outdated' | 'refused'> = new Map([
  ['RecordExpiryError', 'outdated'],
  ['UnknownKindError', 'refused'],
  ['RecordPayloadError', 'refused']
])

/** Takes records that others bring: each is verified here, and its peer judged by this node's own trust. */
export class Intake {
  readonly #init: IntakeInit
  readonly #foreign = new WeakSet<VerifiedRecord>()

  constructor(init: IntakeInit) {
    this.#init = init
  }

  /** Whether this record was brought by another registry. */
  isForeign(record: VerifiedRecord): boolean {
    return this.#foreign.has(record)
  }

  /**
   * Signatures are checked side by side, on the threads of the platform.
   *
   * @throws SyncPartnerInvalidError - at the first record that no registry would have taken; those before it stay
   */
  async take(records: readonly SignedRecord[], { signal }: { signal?: AbortSignal } = {}): Promise<TakenRecords> {
    const result: TakenRecords = { taken: 0, refused: 0, unseen: 0, outdated: 0 }
    for (let start = 0; start < records.length; start += VERIFY_BATCH) {
      signal?.throwIfAborted()
      const batch = records.slice(start, start + VERIFY_BATCH)
      const opened = await Promise.allSettled(batch.map(async record => await this.#init.verify(record)))
      const valid = opened.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
      this.#put(valid, result)
      for (const one of opened) if (one.status === 'rejected') this.#fault(one.reason, result)
    }
    return result
  }

  /** @throws SyncPartnerInvalidError */
  #fault(error: unknown, result: TakenRecords): void {
    const fault = HONEST.get(nameOf(error)) ?? 'invalid'
    this.#init.count(fault)
    if (fault === 'invalid') throw new SyncPartnerInvalidError(messageOf(error), { cause: error })
    result[fault]++
  }

  #put(records: readonly VerifiedRecord[], result: TakenRecords): void {
    const { trust, store } = this.#init
    const allowed = records.filter(record => {
      const may = trust.explain({ peer: record.id }, `registry:${record.kind}`).allow
      if (may) this.#foreign.add(record)
      else this.#refuse(record, result)
      return may
    })
    if (allowed.length === 0) return
    for (const [index, put] of store.putAll(allowed).entries()) this.#settle(put, allowed[index], result)
  }

  #settle(put: PutResult | Error, record: VerifiedRecord | undefined, result: TakenRecords): void {
    if (put instanceof Error) return record && this.#refuse(record, result)
    const isNew = put === 'taken' || put === 'renewed'
    if (isNew) result.taken++
    this.#init.count(isNew ? 'taken' : 'held')
  }

  #refuse(record: VerifiedRecord, result: TakenRecords): void {
    const { count, unwanted } = this.#init
    count('refused')
    if (!unwanted.has(record)) result.unseen++
    unwanted.add(record)
    result.refused++
  }
}
