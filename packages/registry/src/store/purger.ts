import { nextTurn } from '@waystone/kit'
import { PURGE_INTERVAL_MS, PURGED_AT_ONCE } from './constants.ts'
import { bytesIn, numberIn, optionalTextIn, textIn } from './rows.ts'
import { noChange } from './totals.ts'
import type { Clock, Timer } from '@waystone/interface'
import type { Row } from './database.ts'
import type { GoneLog } from './gone-log.ts'
import type { TotalsChange } from './totals.ts'
import type { WriterParts } from './writer.ts'

export interface PurgerParts extends Pick<WriterParts, 'db' | 'rows' | 'numbers' | 'tally'> {
  gone: GoneLog
  clock: Clock
  /** After some were removed. */
  onPurged: () => void
  /** What went wrong; it is tried again. */
  onFault: (error: unknown) => void
}

const EXPIRED = `
  SELECT place, hash, sequence, size, until, withdrawn, network, kind, id, key FROM records
  WHERE expiry <= ? ORDER BY expiry LIMIT ${PURGED_AT_ONCE}
`
const REMOVE = 'DELETE FROM records WHERE place = ?'
const REMEMBER = 'INSERT INTO ended (hash, sequence, until, id, network) VALUES (?, ?, ?, ?, ?)'
const FORGET_ENDED = `DELETE FROM ended WHERE hash IN (SELECT hash FROM ended WHERE until <= ? LIMIT ${PURGED_AT_ONCE})`

/** Removes what has expired. Only one timer waits, and only while the registry is open. */
export class Purger {
  readonly #parts: PurgerParts
  #timer: Timer | undefined
  #running = false

  constructor(parts: PurgerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = true
    this.#wait()
  }

  stop(): void {
    this.#running = false
    this.#timer?.clear()
  }

  /** Removes what has expired now, and forgets what ended long enough ago, some at a time. */
  async purge(): Promise<void> {
    while (this.#running && this.#purgeSome() >= PURGED_AT_ONCE) await nextTurn()
  }

  #wait(): void {
    this.#timer = this.#parts.clock.setTimeout(() => void this.#again(), PURGE_INTERVAL_MS)
  }

  async #again(): Promise<void> {
    try {
      await this.purge()
    } catch (error) {
      this.#parts.onFault(error)
    }
    if (this.#running) this.#wait()
  }

  #purgeSome(): number {
    const { db, clock, gone, tally, onPurged } = this.#parts
    let forgotten = 0
    const now = clock.now()
    const expired = db.all(EXPIRED, now)
    const change = noChange()
    db.transaction(() => {
      for (const row of expired) this.#remove(row, now, change)
      if (expired.length > 0) gone.trim()
      forgotten = db.write(FORGET_ENDED, now)
      change.ended -= forgotten
    })
    tally.apply(change)
    if (expired.length > 0) onPurged()
    return Math.max(expired.length, forgotten)
  }

  #remove(row: Row, now: number, change: TotalsChange): void {
    const { db, rows, numbers, gone } = this.#parts
    const place = numberIn(row, 'place')
    const kind = textIn(row, 'kind')
    const named = { hash: bytesIn(row, 'hash'), sequence: numberIn(row, 'sequence') }
    db.write(REMOVE, place)
    if (row['withdrawn'] === 0) rows.remove(place, kind)
    if (numberIn(row, 'until') > now) {
      this.#remember(row)
      change.ended++
    }
    gone.add({ number: numbers.nextChange(), place, name: { kind, peer: textIn(row, 'id'), key: textIn(row, 'key') } })
    change.removed.push(named)
    change.records--
    change.bytes -= numberIn(row, 'size')
  }

  /** Older records of this name last longer: they must not come back. */
  #remember(row: Row): void {
    const network = optionalTextIn(row, 'network') ?? null
    this.#parts.db.write(
      REMEMBER,
      bytesIn(row, 'hash'),
      numberIn(row, 'sequence'),
      numberIn(row, 'until'),
      textIn(row, 'id'),
      network
    )
  }
}
