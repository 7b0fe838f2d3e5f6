import { z } from 'zod'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { MAX_ENTRIES } from '../database/constants.ts'
import { TrustImportInvalidError, TrustImportTooLargeError } from './errors.ts'
import { EXPORT_VERSION } from './export.ts'
import { readOverrides } from './overrides.ts'
import type { trust } from '@waystone/wire/admin'
import type { AddedAll, TrustEntryInit } from '../database/contract.ts'
import type { BatchRefusedError } from '../database/errors.ts'
import type { Turns } from '../database/turns.ts'
import type { TrustAcl } from '../trust-acl.ts'
import type { TrustAdminParts } from './contract.ts'

/** Bytes of an import: what 10,000 entries come to with all that they can hold. */
export const MAX_IMPORT_BYTES = 64 * 2 ** 20

const entrySchema = z.strictObject({
  label: z.string(),
  pubkey: z.string(),
  kind: z.enum(['file', 'peer']),
  trustlevel: z.string(),
  functions: z.array(z.string()).optional(),
  validUntil: z.iso.datetime().optional(),
  cacheLifetimeMs: z.number().optional(),
  addresses: z.array(z.string()).optional()
})
const documentSchema = z.strictObject({
  waystoneTrust: z.literal(EXPORT_VERSION),
  entries: z.array(entrySchema).max(MAX_ENTRIES)
})

// nothing inside the entries is looked at: there may be millions
const outlineSchema = z.looseObject({ waystoneTrust: z.number(), entries: z.custom<unknown[]>(Array.isArray) })

export interface ImportParts extends Pick<TrustAdminParts, 'acl' | 'clock'> {
  /** One import after the other: each may be as large as they can be. */
  turns: Turns
}

/** What becomes of entries whose key is there already. */
type Existing = 'skip' | 'replace'

interface Gathered {
  bytes: Uint8Array
  existing: Existing
}

/**
 * Takes the entries of an export; none if one of them is not valid, or if the
 * caller has gone before they are written.
 *
 * @throws TrustImportInvalidError, TrustImportTooLargeError
 */
export async function importEntries(
  parts: ImportParts,
  requests: AsyncIterable<trust.ImportRequest>,
  { signal }: { signal: AbortSignal }
): Promise<AddedAll> {
  const gathered = await gather(requests)
  return await parts.turns.take(async () => await takeAll(parts, gathered, signal))
}

async function takeAll({ acl, clock }: ImportParts, gathered: Gathered, signal: AbortSignal): Promise<AddedAll> {
  signal.throwIfAborted()
  const now = clock.now()
  const inits = parse(gathered.bytes).map((one, at) => ({ at, one }))
  const live = inits.filter(({ one }) => !isOver(one.validUntil, now))
  const wanted = live.map(({ one, at }) => initOf(one, at, now))
  const places = live.map(({ at }) => at)
  const counts = await addAll(acl, wanted, { existing: gathered.existing, signal, places })
  return { ...counts, skipped: counts.skipped + inits.length - live.length }
}
async function gather(requests: AsyncIterable<trust.ImportRequest>): Promise<Gathered> {
  const chunks: Uint8Array[] = []
  let existing: string | undefined
  let length = 0
  for await (const request of requests) {
    existing ??= request.existing || 'skip'
    length += request.json.length
    if (length > MAX_IMPORT_BYTES) throw new TrustImportTooLargeError(MAX_IMPORT_BYTES)
    chunks.push(request.json)
  }
  if (existing !== 'skip' && existing !== 'replace')
    throw new TrustImportInvalidError('what is there already can be skipped or replaced')
  return { bytes: Buffer.concat(chunks), existing }
}

function parse(bytes: Uint8Array): z.infer<typeof documentSchema>['entries'] {
  const document = readJson(bytes)
  assertSupported(document)
  const { success, data, error } = documentSchema.safeParse(document)
  if (success) return data.entries
  const [issue] = error.issues
  const where = issue?.path.join('.') || 'the document'
  throw new TrustImportInvalidError(
    `${where.slice(0, 200)}: ${issue?.message.slice(0, 200) ?? 'it is not valid'}`,
    error
  )
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new TrustImportInvalidError('it is no JSON', cause)
  }
}

/** What can be said better, or sooner, than by going through all entries. */
function assertSupported(document: unknown): void {
  const { success, data } = outlineSchema.safeParse(document)
  if (!success) throw new TrustImportInvalidError('it is no export of a trust database')
  const { waystoneTrust: version, entries } = data
  if (version !== EXPORT_VERSION)
    throw new TrustImportInvalidError(`it has version ${version}, and this node reads version ${EXPORT_VERSION}`)
  if (entries.length > MAX_ENTRIES)
    throw new TrustImportInvalidError(`it has ${entries.length} entries, more than ${MAX_ENTRIES}`)
}

function isOver(validUntil: string | undefined, now: number): boolean {
  return validUntil !== undefined && Date.parse(validUntil) <= now
}

function initOf(entry: z.infer<typeof entrySchema>, at: number, now: number): TrustEntryInit {
  const { functions = [], validUntil, cacheLifetimeMs, ...rest } = entry
  try {
    return {
      ...rest,
      trustedFunctions: readOverrides(functions),
      trustLifetime: validUntil === undefined ? 'infinity' : Date.parse(validUntil) - now,
      cacheLifetime: cacheLifetimeMs
    }
  } catch (error) {
    throw refusedAt(at, error)
  }
}

/** @param options.places - where each entry stands in the document, from 0 */
async function addAll(
  acl: Pick<TrustAcl, 'addAll'>,
  wanted: readonly TrustEntryInit[],
  { places, ...options }: { existing: Existing; signal: AbortSignal; places: readonly number[] }
): Promise<AddedAll> {
  try {
    return await acl.addAll(wanted, options)
  } catch (error) {
    if (isRefusal(error)) throw refusedAt(places[error.at] ?? error.at, error.cause)
    if (nameOf(error) === 'TooManyEntriesError') throw new TrustImportInvalidError(messageOf(error), error)
    throw error
  }
}

function isRefusal(error: unknown): error is BatchRefusedError {
  return nameOf(error) === 'BatchRefusedError'
}

function refusedAt(at: number, error: unknown): TrustImportInvalidError {
  return new TrustImportInvalidError(`entry ${at + 1}: ${messageOf(error)}`, error)
}
