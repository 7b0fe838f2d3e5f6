import { nextTurn, systemClock } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { fieldsOf } from '../filter/fields.ts'
import { validateFilter } from '../filter/validate.ts'
import { kindNamed } from '../record/verify.ts'
import { Changes } from './changes.ts'
import { MAX_WATCH_PARTS } from './constants.ts'
import { isDamage } from './faults.ts'
import { Pace } from './pace.ts'
import { createParts, readParts } from './parts.ts'
import { Purger } from './purger.ts'
import { runQuery } from './query.ts'
import { createReader } from './reader.ts'
import { noChange } from './totals.ts'
import { Watch } from './watch.ts'
import type { Clock, RegistryState } from '@waystone/interface'
import type { Kind } from '@waystone/wire/registry'
import type * as Contract from '../contract.ts'
import type { RegistryKind } from '../kinds/contract.ts'
import type { StoreInit, StoreParts } from './parts.ts'
import type { Reader } from './reader.ts'
import type { TotalsChange } from './totals.ts'

type PutListener = (record: Contract.VerifiedRecord) => void
type PutOutcome = Contract.PutResult | Error

interface Asked {
  kind: RegistryKind
  /** Of the filter. */
  parts: number
}

/** The registry of this node, in an SQLite file. */
export class SqlRegistryStore implements Contract.RegistryStore {
  readonly #init: StoreInit
  readonly #clock: Clock
  readonly #parts: StoreParts
  readonly #reader: Reader
  readonly #purger: Purger
  readonly #listeners = new Set<PutListener>()
  #closing = new AbortController()

  constructor(init: StoreInit) {
    this.#init = init
    this.#clock = init.clock ?? systemClock
    this.#parts = createParts(init, this.#clock)
    this.#reader = createReader(this.#parts.db, init.kinds)
    const { wakeups } = this.#parts
    const onFault = (error: unknown): void => this.#fault(error)
    this.#purger = new Purger({ ...this.#parts, clock: this.#clock, onPurged: () => wakeups.changed(), onFault })
  }

  /** A damaged file is made anew, with nothing in it, as is one for other kinds. @throws RegistryStoreError */
  open(): void {
    drain(this.#opening())
  }

  /** The same for a file that holds much: others have their turn in between. @throws RegistryStoreError */
  async openInSteps(): Promise<void> {
    for (const steps = this.#opening(); steps.next().done !== true;) await nextTurn()
  }

  /** Watches end. Safe twice; it may be opened again. */
  close(): void {
    this.#purger.stop()
    this.#closing.abort()
    this.#parts.wakeups.wake()
    this.#parts.db.close()
  }

  put(record: Contract.VerifiedRecord, options: Contract.PutOptions = {}): Contract.PutResult {
    const [outcome] = this.putAll([record], options)
    if (typeof outcome === 'string') return outcome
    throw outcome ?? new TypeError('nothing was put')
  }

  putAll(records: readonly Contract.VerifiedRecord[], options: Contract.PutOptions = {}): PutOutcome[] {
    return this.putGroups([{ records, options }])[0] ?? []
  }

  putGroups(groups: readonly Contract.PutGroup[]): PutOutcome[][] {
    const change = noChange()
    const putGroup = ({ records, options }: Contract.PutGroup): PutOutcome[] =>
      records.map(record => this.#putOne(record, options, change))
    const outcomes = this.#guarded(() => this.#parts.db.transaction(() => groups.map(putGroup)))
    this.#parts.tally.apply(change)
    for (const [at, { records }] of groups.entries()) this.#tell(records, outcomes[at] ?? [])
    return outcomes
  }

  async query(request: Contract.StoreQuery, options?: Contract.QueryOptions): Promise<Contract.StorePage> {
    const { kind, parts } = this.#asked(request)
    const { filter, limit, after } = request
    const query = { kind, parts, filter, limit, after, now: this.#clock.now() }
    try {
      return await runQuery(this.#parts.db, query, options)
    } catch (error) {
      this.#mend(error)
      throw error
    }
  }

  watch(
    { kind, filter, after }: Contract.StoreWatch,
    { signal, onStep }: Contract.WatchOptions
  ): AsyncIterable<Contract.StoreChange> {
    const asked = kind === undefined ? undefined : this.#asked({ kind, filter }, MAX_WATCH_PARTS)
    const { db, gone } = this.#parts
    const changes = new Changes(db, gone, { kind: asked?.kind, filter })
    const pace = new Pace({ parts: asked?.parts ?? 0, onStep })
    const parts = { ...this.#parts, changes, pace, clock: this.#clock }
    const from = after === undefined ? undefined : Number(after)
    return new Watch(parts, from).run(AbortSignal.any([signal, this.#closing.signal]))
  }

  kinds(): Kind[] {
    return this.#guarded(() => this.#reader.kinds())
  }

  state(): RegistryState {
    const { totals, digests } = this.#parts.tally
    return { records: totals.records, digest: digests.total() }
  }

  digests(): Uint8Array {
    return this.#parts.tally.digests.parts()
  }

  names(part: number): { hash: Uint8Array; sequence: number }[] {
    return this.#guarded(() => this.#reader.names(part, this.#clock.now()))
  }

  signed(hashes: readonly Uint8Array[]): Uint8Array[] {
    return this.#guarded(() => this.#reader.signed(hashes, this.#clock.now()))
  }

  holds(hash: Uint8Array, sequence: number): boolean {
    return this.#guarded(() => this.#reader.holds(hash, sequence))
  }

  onPut(listener: PutListener): () => void {
    // each call stands for itself, also of one function twice
    const own: PutListener = record => listener(record)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** Removes what has expired now, as happens every second by itself. */
  async purge(): Promise<void> {
    await this.#purger.purge()
  }

  *#opening(): Generator<void> {
    this.#parts.db.open()
    try {
      yield* readParts(this.#parts)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#fault(error)
    }
    this.#closing = new AbortController()
    this.#purger.start()
  }

  #tell(records: readonly Contract.VerifiedRecord[], outcomes: readonly PutOutcome[]): void {
    const put = records.filter((_record, at) => outcomes[at] === 'taken' || outcomes[at] === 'renewed')
    if (put.length > 0) this.#parts.wakeups.changed()
    for (const record of put) for (const listener of this.#listeners) listener(record)
  }

  #asked({ kind: name, filter }: Pick<Contract.StoreQuery, 'kind' | 'filter'>, maxParts?: number): Asked {
    const kind = kindNamed(this.#init.kinds, name)
    return { kind, parts: filter === undefined ? 0 : validateFilter(filter, fieldsOf(kind), maxParts) }
  }

  #putOne(record: Contract.VerifiedRecord, options: Contract.PutOptions, change: TotalsChange): PutOutcome {
    try {
      return this.#parts.writer.put(record, options, change)
    } catch (error) {
      if (error instanceof Error && REFUSALS.includes(nameOf(error))) return error
      throw error
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#mend(error)
      throw error
    }
  }

  #fault(error: unknown): void {
    if (isDamage(error)) this.#mend(error)
    else this.#init.onFault?.(error)
  }

  /** A damaged file is good for nothing any more, and a disk that is failing may take no other one. */
  #mend(error: unknown): void {
    if (!isDamage(error)) return
    this.#init.onFault?.(error)
    const { db } = this.#parts
    try {
      db.openAnew()
    } catch (fault) {
      this.#init.onFault?.(fault)
      db.openInMemory()
    }
    drain(readParts(this.#parts))
  }
}

function drain(steps: Iterator<void>): void {
  while (steps.next().done !== true);
}

/** What is said of one record, and concerns none of those beside it. */
const REFUSALS: readonly string[] = [
  'RegistryFullError',
  'PeerRecordsFullError',
  'NetworkRecordsFullError',
  'RecordExpiryError'
]
