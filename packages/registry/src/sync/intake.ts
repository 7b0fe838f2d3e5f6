import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { VERIFY_BATCH } from './constants.ts'
import { SyncPartnerInvalidError } from './errors.ts'
import type { SignedRecord } from '@waystone/wire/registry'
import type { RegistryStore, VerifiedRecord } from '../contract.ts'
import type { OpenRecord, RegistrySyncInit } from './contract.ts'

export interface IntakeInit {
  store: Pick<RegistryStore, 'put'>
  trust: Pick<RegistrySyncInit['trust'], 'explain'>
  open: OpenRecord
  count: (result: 'taken' | 'held' | 'refused' | 'outdated' | 'invalid') => void
}

export interface TakenRecords {
  /** Were not here before. */
  taken: number
  /** Valid, and not taken: their peers may not write here, or there is no room. */
  refused: VerifiedRecord[]
  /** Over by now, or not begun: clocks differ. */
  outdated: number
}

/** Honest registries whose clocks differ from ours bring such records. */
const OUTDATED: ReadonlySet<string> = new Set(['RecordExpiredError', 'RecordLifetimeError'])
const FULL = /(?:RegistryFull|PeerRecordsFull|NetworkRecordsFull|RecordsFull)Error$/

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
    const result: TakenRecords = { taken: 0, refused: [], outdated: 0 }
    for (let start = 0; start < records.length; start += VERIFY_BATCH) {
      signal?.throwIfAborted()
      const batch = records.slice(start, start + VERIFY_BATCH)
      const opened = await Promise.allSettled(batch.map(async record => await this.#init.open(record)))
      for (const one of opened) this.#settle(one, result)
    }
    return result
  }

  #settle(opened: PromiseSettledResult<VerifiedRecord>, result: TakenRecords): void {
    if (opened.status === 'fulfilled') return this.#put(opened.value, result)
    if (!OUTDATED.has(nameOf(opened.reason))) {
      this.#init.count('invalid')
      throw new SyncPartnerInvalidError(messageOf(opened.reason), { cause: opened.reason })
    }
    this.#init.count('outdated')
    result.outdated++
  }

  #put(record: VerifiedRecord, result: TakenRecords): void {
    if (!this.#init.trust.explain({ peer: record.peer }, `registry:${record.kind}`).allow) return this.#refuse(record, result)
    this.#foreign.add(record)
    try {
      const put = this.#init.store.put(record)
      const isNew = put === 'taken' || put === 'renewed'
      if (isNew) result.taken++
      this.#init.count(isNew ? 'taken' : 'held')
    } catch (error) {
      if (!FULL.test(nameOf(error))) throw error
      this.#refuse(record, result)
    }
  }

  #refuse(record: VerifiedRecord, result: TakenRecords): void {
    this.#init.count('refused')
    result.refused.push(record)
  }
}
