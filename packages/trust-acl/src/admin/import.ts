import { z } from 'zod'
import { nextTurn } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { createEntry } from '../database/entry.ts'
import { MAX_ENTRIES } from '../database/constants.ts'
import { TrustImportInvalidError, TrustImportTooLargeError } from './errors.ts'
import { EXPORT_VERSION } from './export.ts'
import { readOverrides } from './overrides.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { trust } from '@waystone/wire/admin'
import type { TrustEntryInit } from '../database/contract.ts'
import type { Turns } from '../database/turns.ts'
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
  /** One import after the other: what two of them bring may not fit together. */
  turns: Turns
}

/** An entry of an import, checked. */
interface Wanted {
  init: TrustEntryInit
  /** As the database has it. */
  pubkey: string
}

type Counts = MessageInitShape<typeof trust.ImportResponseSchema> & { added: number; replaced: number; skipped: number }

/**
 * Takes the entries of an export; none if one of them is not valid.
 *
 * @throws TrustImportInvalidError, TrustImportTooLargeError, LabelTakenError, TooManyEntriesError
 */
export async function importEntries(parts: ImportParts, requests: AsyncIterable<trust.ImportRequest>): Promise<Counts> {
  const { bytes, existing } = await gather(requests)
  return await parts.turns.take(async () => await takeAll(parts, bytes, existing))
}

async function takeAll(parts: ImportParts, bytes: Uint8Array, existing: string): Promise<Counts> {
  const now = parts.clock.now()
  const entries = parse(bytes)
  const wanted = entries.flatMap((one, at) => (isOver(one.validUntil, now) ? [] : checked(one, at, now)))
  assertFree(parts, wanted)
  const counts = { added: 0, replaced: 0, skipped: entries.length - wanted.length }
  for (const one of wanted) {
    counts[await take(parts, one, existing)]++
    // a datastore on disk may write without ever letting anything else run, and the node has other work
    await nextTurn()
  }
  return counts
}

async function gather(requests: AsyncIterable<trust.ImportRequest>): Promise<{ bytes: Uint8Array; existing: string }> {
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

function checked(entry: z.infer<typeof entrySchema>, at: number, now: number): Wanted {
  const { functions = [], validUntil, cacheLifetimeMs, ...rest } = entry
  try {
    const init: TrustEntryInit = {
      ...rest,
      trustedFunctions: readOverrides(functions),
      trustLifetime: validUntil === undefined ? 'infinity' : Date.parse(validUntil) - now,
      cacheLifetime: cacheLifetimeMs
    }
    return { init, pubkey: createEntry(init, 'operator', now).pubkey }
  } catch (error) {
    throw new TrustImportInvalidError(`entry ${at + 1}: ${messageOf(error)}`, error)
  }
}

/** That neither two of them nor one of them and another entry share a label or a key. */
function assertFree({ acl }: Pick<TrustAdminParts, 'acl'>, wanted: readonly Wanted[]): void {
  const held = acl.entries()
  const owners = new Map(held.map(({ label, pubkey }) => [label, pubkey]))
  const keys = new Set<string>()
  for (const { init, pubkey } of wanted) {
    if (keys.has(pubkey)) throw new TrustImportInvalidError(`${pubkey} is in it twice`)
    if ((owners.get(init.label) ?? pubkey) !== pubkey)
      throw new TrustImportInvalidError(`the label ${JSON.stringify(init.label)} is that of another entry`)
    owners.set(init.label, pubkey)
    keys.add(pubkey)
  }
  const total = new Set([...held.map(({ pubkey }) => pubkey), ...keys]).size
  if (total > MAX_ENTRIES)
    throw new TrustImportInvalidError(`there would be ${total} entries, more than ${MAX_ENTRIES}`)
}

async function take(
  { acl }: Pick<TrustAdminParts, 'acl'>,
  { init, pubkey }: Wanted,
  existing: string
): Promise<'added' | 'replaced' | 'skipped'> {
  if (acl.entry(pubkey) === undefined) {
    await acl.add(init)
    return 'added'
  }
  if (existing === 'skip') return 'skipped'
  const { label, trustlevel, trustedFunctions, trustLifetime, cacheLifetime, addresses = [] } = init
  await acl.set(pubkey, { label, trustlevel, trustedFunctions, trustLifetime, cacheLifetime, addresses })
  return 'replaced'
}
