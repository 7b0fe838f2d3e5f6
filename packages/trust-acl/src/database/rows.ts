import { z } from 'zod'
import { isEntryLevel } from '../model/levels.ts'
import { MAX_ADDRESSES, MAX_FUNCTION_LENGTH, MAX_LABEL_LENGTH, MAX_OVERRIDES } from './constants.ts'
import type { EntryLevel } from '../contract.ts'
import type { StoredEntry, StoredFile } from './contract.ts'

const time = z.int().min(0)
const pubkey = z.string().min(1).max(128)
const level = z.custom<EntryLevel>(value => typeof value === 'string' && isEntryLevel(value), 'is no level')
const overrides = z
  .record(z.string().max(MAX_FUNCTION_LENGTH), z.boolean())
  .refine(all => Object.keys(all).length <= MAX_OVERRIDES, 'has too many functions')

const entryRow = z.strictObject({
  label: z.string().min(1).max(MAX_LABEL_LENGTH),
  pubkey,
  kind: z.enum(['file', 'peer']),
  trustlevel: level,
  trustedFunctions: overrides,
  trustLifetime: z.int().min(1).optional(),
  validatedAt: time,
  cacheLifetime: z.int().min(1).optional(),
  addresses: z.array(z.string().max(1024)).max(MAX_ADDRESSES),
  source: z.enum(['operator', 'config']),
  error: z.strictObject({ name: z.string(), message: z.string() }).optional(),
  nextTryAt: time.optional(),
  ended: z.enum(['expired', 'invalid']).optional()
})

const fileHead = z.strictObject({
  cid: z.string().max(256),
  sequence: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt),
  ttl: time,
  via: z.enum(['dht', 'rpc', 'https', 'shipped', 'own']),
  fetched: time,
  recordBytes: z.int().min(0)
})

const NEWLINE = 10

/** An entry as a row. */
export function encodeEntry(entry: StoredEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(entry))
}

/** @throws Error of zod or JSON - the row is not one */
export function decodeEntry(row: Uint8Array): StoredEntry {
  const { trustLifetime, cacheLifetime, ...entry } = entryRow.parse(readJson(row))
  return {
    ...entry,
    ...(trustLifetime !== undefined && { trustLifetime }),
    ...(cacheLifetime !== undefined && { cacheLifetime })
  }
}

/** One row for all that was fetched, so that a crash never leaves half of it: a line of JSON, the record, the file. */
export function encodeFile({ bytes, record, sequence, ...head }: StoredFile): Uint8Array {
  const { cid, ttl, via, fetched } = head
  const line = { cid, ttl, via, fetched, sequence: sequence.toString(), recordBytes: record.length }
  const start = new TextEncoder().encode(`${JSON.stringify(line)}\n`)
  const row = new Uint8Array(start.length + record.length + bytes.length)
  row.set(start)
  row.set(record, start.length)
  row.set(bytes, start.length + record.length)
  return row
}

/** @throws Error of zod or JSON - the row is not one */
export function decodeFile(row: Uint8Array): StoredFile {
  const end = row.indexOf(NEWLINE)
  if (end < 0) throw new RangeError('the row has no head')
  const { recordBytes, ...head } = fileHead.parse(readJson(row.subarray(0, end)))
  const rest = row.subarray(end + 1)
  if (rest.length < recordBytes) throw new RangeError('the row ends within its record')
  // copies, as the row may be memory of the database
  return { ...head, record: rest.slice(0, recordBytes), bytes: rest.slice(recordBytes) }
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
}
