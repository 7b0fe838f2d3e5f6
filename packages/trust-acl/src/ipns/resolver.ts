import { abortable, createDeadline } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { GRACE_MS } from './constants.ts'
import { IpnsNotFoundError } from './errors.ts'
import { isValidAt, newerOf, verifyRecord } from './record.ts'
import type { RecordWay } from '../contract.ts'
import type { FetchCounts } from './fetch-counts.ts'
import type { IpnsName } from './name.ts'
import type { IpnsBasics } from './parts.ts'
import type { SignedIpnsRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import type { FindingWay } from './ways.ts'

export interface FoundRecord {
  readonly record: SignedIpnsRecord
  readonly via: RecordWay
}

export interface FindRecordOptions {
  signal: AbortSignal
  /** What the audit log calls the name; default: the name. */
  subject?: string | undefined
  /** Told of a newer record that comes when the answer was given already. */
  onLate?: ((found: FoundRecord) => void) | undefined
}

export interface ResolverInit extends IpnsBasics {
  records: RecordStore
  ways: () => readonly FindingWay[]
  counts: Pick<FetchCounts, 'add'>
}

/** Looks for records on all ways at once. */
export class Resolver {
  readonly #init: ResolverInit

  constructor(init: ResolverInit) {
    this.#init = init
  }

  /**
   * The newest valid record that any way brings within the grace time after
   * the first one. The ways that are slower go on until their own deadlines.
   *
   * @throws IpnsNotFoundError, or why a record that came was refused
   */
  async find(name: IpnsName, options: FindRecordOptions): Promise<FoundRecord> {
    const { signal } = options
    signal.throwIfAborted()
    const search = new Search(name, options, this.#init)
    const { clock, ways } = this.#init
    const enough = Promise.withResolvers<void>()
    void search.run(ways()).then(enough.resolve)
    void search.first.then(() => clock.sleep(GRACE_MS, { signal })).then(enough.resolve, () => {})
    await abortable(enough.promise, signal)
    return search.answer()
  }

  /** As {@link find}; if nothing comes, what is held and still valid. */
  async resolve(name: IpnsName, options: FindRecordOptions): Promise<FoundRecord> {
    try {
      return await this.find(name, options)
    } catch (error) {
      options.signal.throwIfAborted()
      const held = await this.#init.records.held(name)
      if (held === undefined || !isValidAt(held, this.#init.clock.now())) throw error
      return { record: held, via: 'own' }
    }
  }
}

class Search {
  readonly #name: IpnsName
  readonly #options: FindRecordOptions
  readonly #init: ResolverInit
  readonly #first = Promise.withResolvers<void>()
  readonly #checks: Promise<void>[] = []
  #refusal: Error | undefined
  #best: FoundRecord | undefined
  #answered = false

  constructor(name: IpnsName, options: FindRecordOptions, init: ResolverInit) {
    this.#name = name
    this.#options = options
    this.#init = init
  }

  /** Resolves with the first valid record. */
  get first(): Promise<void> {
    return this.#first.promise
  }

  /** Resolves when every way has ended; never rejects. */
  async run(ways: readonly FindingWay[]): Promise<void> {
    await Promise.all(ways.map(async way => await this.#ask(way)))
    await Promise.all(this.#checks)
  }

  answer(): FoundRecord {
    this.#answered = true
    if (this.#best !== undefined) return this.#best
    throw (
      this.#refusal ??
      new IpnsNotFoundError(`nobody has a record of ${this.#name.text}`, {
        hint: 'its publisher may be gone, or this node may not have reached a peer yet that carries it'
      })
    )
  }

  async #ask(way: FindingWay): Promise<void> {
    const { clock, log } = this.#init
    const what = `looking for a record by ${way.via}`
    using deadline = createDeadline({ ms: way.deadlineMs, what, signal: this.#options.signal, clock })
    let any = false
    const found = (bytes: Uint8Array): void => {
      any = true
      this.#checks.push(this.#take(bytes, way.via))
    }
    try {
      await abortable(way.find(this.#name, { signal: deadline.signal, found }), deadline.signal)
    } catch (error) {
      // whoever asked wants to know no more, as when the node stops; nobody who has it is no fault, and needs no stack
      if (!this.#options.signal.aborted)
        log('nothing for %s by %s - %s: %s', this.#name.text, way.via, nameOf(error), messageOf(error))
    } finally {
      if (!any) this.#init.counts.add(way.via, 'nothing')
    }
  }

  async #take(bytes: Uint8Array, via: RecordWay): Promise<void> {
    try {
      const record = await verifyRecord(this.#name, bytes, this.#init.clock.now())
      await this.#accept({ record: await this.#init.records.offer(record), via })
      this.#init.counts.add(via, 'found')
    } catch (error) {
      this.#refuse(error, via)
    }
  }

  async #accept(found: FoundRecord): Promise<void> {
    const best = this.#best
    if (best !== undefined && (await newerOf(this.#name, best.record, found.record)) === best.record) return
    // another one may have been compared in the meantime
    if (best !== this.#best) return await this.#accept(found)
    this.#best = found
    this.#first.resolve()
    if (this.#answered) this.#options.onLate?.(found)
  }

  #refuse(error: unknown, via: RecordWay): void {
    if (error instanceof Error) this.#refusal ??= error
    this.#init.counts.add(via, 'refused')
    const { subject = this.#name.text } = this.#options
    this.#init.audit.add({ kind: 'refused', subject, reason: `${nameOf(error)} by ${via}: ${messageOf(error)}` })
  }
}
