import { RecordExpiryError } from '../record/errors.ts'
import { LEAST_LEFT_MS } from './constants.ts'
import { HELD, heldIn, isSameContent } from './held-record.ts'
import { numberIn } from './rows.ts'
import type { Clock } from '@waystone/interface'
import type { PutOptions, PutResult, VerifiedRecord } from '../contract.ts'
import type { RegistryDatabase } from './database.ts'
import type { Held } from './held-record.ts'
import type { KindRows } from './kind-rows.ts'
import type { Limits } from './limits.ts'
import type { Numbers } from './numbers.ts'
import type { Tally, TotalsChange } from './totals.ts'

export interface WriterParts {
  db: RegistryDatabase
  rows: KindRows
  limits: Limits
  numbers: Numbers
  tally: Tally
  clock: Clock
}

const INSERT = `
  INSERT INTO records (hash, sequence, size, expiry, until, change, withdrawn, network, signed, place, kind, id, key)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
`
const UPDATE = `
  UPDATE records SET hash = ?, sequence = ?, size = ?, expiry = ?, until = ?, change = ?, withdrawn = ?, network = ?,
    signed = ? WHERE place = ?
`
const ENDED = 'SELECT sequence, until FROM ended WHERE hash = ?'
const FORGET_ENDED = 'DELETE FROM ended WHERE hash = ?'

/** Puts records, inside a transaction of whoever calls. */
export class Writer {
  readonly #parts: WriterParts

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  /** @throws RegistryFullError, PeerRecordsFullError, NetworkRecordsFullError - nothing was written then */
  put(record: VerifiedRecord, options: PutOptions, change: TotalsChange): PutResult {
    const row = this.#parts.db.get(HELD, record.hash)
    return row === undefined
      ? this.#putNew(record, options, change)
      : this.#putAgain(record, heldIn(row), options, change)
  }

  #putNew(record: VerifiedRecord, options: PutOptions, change: TotalsChange): PutResult {
    const { db, limits, numbers, rows, tally } = this.#parts
    const ended = db.get(ENDED, record.hash)
    if (ended !== undefined && numberIn(ended, 'sequence') >= record.sequence) return 'newer'
    if (ended === undefined) limits.checkNew(record, options, tally.with(change))
    const until = Math.max(record.expiry, ended === undefined ? 0 : numberIn(ended, 'until'))
    if (ended !== undefined) this.#forgetEnded(record, change)
    const place = numbers.nextPlace()
    const columns = [...this.#columns(record, until), options.network ?? null, record.signed]
    db.write(INSERT, ...columns, place, record.kind, record.id, record.key)
    if (!record.withdrawn) rows.insert(place, record)
    change.records++
    change.bytes += record.payload.length
    change.added.push(record)
    return 'taken'
  }

  #putAgain(record: VerifiedRecord, held: Held, options: PutOptions, change: TotalsChange): PutResult {
    if (held.sequence > record.sequence) return 'newer'
    if (options.registered === true && record.sequence > held.sequence) this.#checkShortening(record, held)
    const isSame = isSameContent(held, record)
    if (held.sequence === record.sequence && !(isSame && record.expiry > held.expiry)) return 'held'
    const more = record.payload.length - held.size
    this.#parts.limits.checkBytes(more, this.#parts.tally.with(change))
    this.#update(record, held, options)
    if (!isSame) this.#changeKindRow(record, held)
    change.bytes += more
    change.removed.push({ hash: record.hash, sequence: held.sequence })
    change.added.push(record)
    return isSame ? 'renewed' : 'taken'
  }

  /**
   * What ends before other registries have heard of it leaves the older record at those, for as long as that one lasts.
   *
   * @throws RecordExpiryError
   */
  #checkShortening({ expiry }: VerifiedRecord, { until }: Held): void {
    if (expiry >= until || expiry >= this.#parts.clock.now() + LEAST_LEFT_MS) return
    throw new RecordExpiryError('the record ends before all registries know that it took the place of a longer one', {
      hint: `let it last as long as the one before, or a minute; to take that one back, withdraw it`
    })
  }

  #update(record: VerifiedRecord, held: Held, { registered, network }: PutOptions): void {
    const until = Math.max(held.until, record.expiry)
    const from = registered === true ? network : held.network
    this.#parts.db.write(UPDATE, ...this.#columns(record, until), from ?? null, record.signed, held.place)
  }

  #changeKindRow(record: VerifiedRecord, { place, withdrawn }: Held): void {
    if (!withdrawn) this.#parts.rows.remove(place, record.kind)
    if (!record.withdrawn) this.#parts.rows.insert(place, record)
  }

  #columns(record: VerifiedRecord, until: number): (Uint8Array | number)[] {
    const { hash, sequence, expiry, payload, withdrawn } = record
    return [hash, sequence, payload.length, expiry, until, this.#parts.numbers.nextChange(), Number(withdrawn)]
  }

  #forgetEnded(record: VerifiedRecord, change: TotalsChange): void {
    this.#parts.db.write(FORGET_ENDED, record.hash)
    change.ended--
  }
}
