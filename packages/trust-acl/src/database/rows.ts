import { z } from 'zod'
import { isEntryLevel } from '../model/levels.ts'
import { decodeChecked, encodeChecked } from './file-text.ts'
import { MAX_ADDRESSES, MAX_FUNCTION_LENGTH, MAX_LABEL_LENGTH, MAX_OVERRIDES } from './constants.ts'
import type { EntryLevel } from '../contract.ts'
import type { HeldFile, StoredEntry } from './contract.ts'

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
  // earlier versions wrote fractions, and nobody loses an entry for when it is tried again
  nextTryAt: z.number().min(0).transform(Math.trunc).optional(),
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
  recordBytes: z.int().min(0),
  fileBytes: z.int().min(0)
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

/**
 * One row for all that was fetched, so that a crash never leaves half of it: a
 * line of JSON, the record, the file as published, the file as it was read.
 */
export function encodeFile({ file, bytes, record, sequence, cid, ttl, via, fetched }: HeldFile): Uint8Array {
  const lengths = { recordBytes: record.length, fileBytes: bytes.length }
  const line = { cid, ttl, via, fetched, sequence: sequence.toString(), ...lengths }
  const start = new TextEncoder().encode(`${JSON.stringify(line)}\n`)
  return concat([start, record, bytes, new TextEncoder().encode(encodeChecked(file))])
}

/** @throws Error of zod or JSON - the row is not one */
export function decodeFile(row: Uint8Array): HeldFile {
  const end = row.indexOf(NEWLINE)
  if (end < 0) throw new RangeError('the row has no head')
  const { recordBytes, fileBytes, ...head } = fileHead.parse(readJson(row.subarray(0, end)))
  const rest = row.subarray(end + 1)
  if (rest.length < recordBytes + fileBytes) throw new RangeError('the row ends too soon')
  const file = decodeChecked(readText(rest.subarray(recordBytes + fileBytes)))
  // copies, so that the row itself can be freed
  return { ...head, file, record: rest.slice(0, recordBytes), bytes: rest.slice(recordBytes, recordBytes + fileBytes) }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(readText(bytes))
}

function readText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
