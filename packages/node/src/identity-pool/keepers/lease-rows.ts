import { MAX_POOL_SIZE } from '../constants.ts'
import type { DatabaseSync } from 'node:sqlite'

/** Nobody counts that far, one holder after the other; there is room above it for the next ones. */
const MAX_COUNT = 2n ** 62n
/** Characters of a label that are read: a host name has 255 at most. */
const MAX_LABEL = 300

const ROWS = `
  SELECT slot, holder, fence, beat, free_ms, substr(label, 1, ${MAX_LABEL}) AS label, renewed
  FROM leases WHERE pool = ? AND slot BETWEEN 0 AND ${MAX_POOL_SIZE - 1} ORDER BY slot
`

/** A lease as another process left it. */
export interface LeaseRow {
  slot: number
  holder: string | undefined
  fence: bigint
  beat: bigint
  freeMs: number
  label: string
  renewed: number
}

/**
 * The leases of a pool, by slot.
 *
 * @param fault - makes the error for what no node of a pool writes
 */
export function readLeases(db: DatabaseSync, pool: string, fault: (what: string) => Error): Map<number, LeaseRow> {
  const statement = db.prepare(ROWS)
  statement.setReadBigInts(true)
  const rows = statement.all(pool).map(row => {
    const lease = readLease(row)
    if (lease === undefined) throw fault(`its lease of slot ${String(row['slot'])} is none`)
    return lease
  })
  return new Map(rows.map(lease => [lease.slot, lease]))
}

function readLease(row: Record<string, unknown>): LeaseRow | undefined {
  const { slot, holder, fence, beat, free_ms: freeMs, label, renewed } = row
  if (!isCount(fence) || !isCount(beat) || !isCount(freeMs) || fence === 0n || freeMs === 0n) return undefined
  return {
    slot: Number(slot),
    holder: holder instanceof Uint8Array ? Buffer.from(holder).toString('hex') : undefined,
    fence,
    beat,
    freeMs: Number(freeMs),
    label: String(label),
    renewed: Number(renewed)
  }
}

function isCount(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value < MAX_COUNT
}
