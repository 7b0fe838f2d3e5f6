import { FILE_BYTES_PER_RECORD, LEAST_FILE_BYTES } from './constants.ts'
import { RegistryDatabase } from './database.ts'
import { GoneLog } from './gone-log.ts'
import { KindRows } from './kind-rows.ts'
import { Limits } from './limits.ts'
import { Numbers } from './numbers.ts'
import { Tally } from './totals.ts'
import { Wakeups } from './wakeups.ts'
import { Writer } from './writer.ts'
import type { Clock } from '@waystone/interface'
import type { KindSet } from '../kinds/contract.ts'
import type { RegistryLimits } from './limits.ts'

export interface StoreInit {
  /** The database's file, whose folder must exist, or `:memory:`. */
  path: string
  kinds: KindSet
  limits: RegistryLimits
  clock?: Clock
  /** What went wrong besides calls, which throw it themselves. */
  onFault?: ((error: unknown) => void) | undefined
  /** Default: room for all that the limits allow. */
  maxFileBytes?: number
}

/** What the store is made of. */
export interface StoreParts {
  db: RegistryDatabase
  rows: KindRows
  limits: Limits
  numbers: Numbers
  tally: Tally
  gone: GoneLog
  wakeups: Wakeups
  writer: Writer
}

export function createParts({ path, kinds, limits, maxFileBytes }: StoreInit, clock: Clock): StoreParts {
  const db = new RegistryDatabase({ path, kinds, maxFileBytes: maxFileBytes ?? fileBytes(limits) })
  const parts = {
    db,
    rows: new KindRows(db, kinds),
    limits: new Limits(db, limits),
    numbers: new Numbers(),
    tally: new Tally(),
    gone: new GoneLog(db),
    wakeups: new Wakeups(clock)
  }
  return { ...parts, writer: new Writer({ ...parts, clock }) }
}

/** Reads what the file holds, some of it at each step. */
export function* readParts({ db, numbers, tally, gone, wakeups }: StoreParts): Generator<void> {
  numbers.read(db)
  yield* tally.read(db)
  // what went in an earlier run is not known: whoever watched then begins anew
  gone.clear(numbers.nextChange())
  wakeups.wake()
}

function fileBytes({ maxBytes, maxRecords }: RegistryLimits): number {
  return Math.max(LEAST_FILE_BYTES, maxBytes + maxRecords * FILE_BYTES_PER_RECORD)
}
