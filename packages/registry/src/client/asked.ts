import { createDeadline } from '@waystone/kit'
import { CALL_MS, MAX_TOKEN_CHARACTERS } from './constants.ts'
import { RegistryLiedError } from './errors.ts'
import { isMisdated } from './misdated.ts'
import { matches } from '../filter/matches.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Filter, SignedRecord } from '@waystone/wire/registry'
import type { VerifiedRecord } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { AskedRegistry } from './contract.ts'

export interface Question {
  kind: string
  filter: Filter | undefined
  size: number
  cursor: string
}

/** What one registry answered, verified. */
export interface Answer {
  records: VerifiedRecord[]
  /** To go on with; empty if this is all. */
  cursor: string
  /** How many records were left out because the clock of the registry, or ours, is wrong. */
  misdated: number
}

export interface AskParts {
  verify: Verify
  clock: Clock
}

/**
 * Asks one registry for one page, and believes nothing of it.
 *
 * @throws RegistryLiedError, ConnectError, DeadlineExceededError
 */
export async function ask(
  client: Pick<AskedRegistry, 'query'>,
  question: Question,
  { verify, clock, signal }: AskParts & AbortOptions
): Promise<Answer> {
  using deadline = createDeadline({ ms: CALL_MS, what: 'asking a registry', signal, clock })
  const { kind, filter, size, cursor } = question
  const request = { kind, ...(filter !== undefined && { filter }), page: { size, cursor } }
  const { records, page } = await client.query(request, { signal: deadline.signal })
  const next = page?.nextCursor ?? ''
  if (records.length > size || next.length > MAX_TOKEN_CHARACTERS) throw lied('it gives more than was asked for')
  const found = await Promise.all(records.map(async record => await checked(record, question, verify)))
  const isLeftOut = (record: SignedRecord, at: number): boolean =>
    found[at] === undefined && isMisdated(record, clock.now())
  const misdated = records.filter(isLeftOut).length
  return { records: newestOfEach(found.filter(record => record !== undefined)), cursor: next, misdated }
}

/** Nothing if it has expired on the way. @throws RegistryLiedError */
export async function checked(
  signed: SignedRecord,
  { kind, filter }: Pick<Question, 'kind' | 'filter'>,
  verify: Verify
): Promise<VerifiedRecord | undefined> {
  const record = await verified(signed, verify)
  if (record === undefined) return undefined
  if (record.withdrawn || (kind !== '' && record.kind !== kind)) throw lied('it gives records that were not asked for')
  if (filter !== undefined && !matches(filter, record)) throw lied('it gives records that do not match')
  return record
}

async function verified(signed: SignedRecord, verify: Verify): Promise<VerifiedRecord | undefined> {
  try {
    return await verify(signed)
  } catch (cause) {
    // it was still good where it comes from
    if (cause instanceof Error && cause.name === 'RecordExpiryError') return undefined
    throw new RegistryLiedError(`it gives a record that is not valid: ${String(cause)}`, { cause })
  }
}

function newestOfEach(records: readonly VerifiedRecord[]): VerifiedRecord[] {
  const byName = new Map<string, VerifiedRecord>()
  for (const record of records) {
    const name = nameOfRecord(record)
    if ((byName.get(name)?.sequence ?? -1) < record.sequence) byName.set(name, record)
  }
  return [...byName.values()]
}

/** Tells records apart. */
export function nameOfRecord({ kind, id, key }: Pick<VerifiedRecord, 'kind' | 'id' | 'key'>): string {
  return `${kind} ${id} ${key}`
}

function lied(message: string): RegistryLiedError {
  return new RegistryLiedError(message)
}
