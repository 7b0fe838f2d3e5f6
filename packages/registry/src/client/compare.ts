import { UNDER_WAY_MS } from './constants.ts'
import { nameOfRecord } from './asked.ts'
import type { VerifiedRecord } from '../contract.ts'
import type { Answer } from './asked.ts'

/** What one registry lacks of that which others gave. */
export interface Lack {
  /** It did not give these; it may have them on another page. */
  missing: VerifiedRecord[]
  /** It gave older ones of these. */
  outdated: VerifiedRecord[]
}

/** Compares answers to one question: what each lacks, in their order. */
export function compareAnswers(answers: readonly Pick<Answer, 'records'>[]): Lack[] {
  const newest = newestByName(answers.map(({ records }) => records))
  return answers.map(({ records }) => {
    const given = new Map(records.map(record => [nameOfRecord(record), record.sequence]))
    const lack: Lack = { missing: [], outdated: [] }
    for (const [name, record] of newest) {
      const sequence = given.get(name)
      if (sequence === record.sequence) continue
      if (sequence === undefined) lack.missing.push(record)
      else lack.outdated.push(record)
    }
    return lack
  })
}

/** The newest record of each name, those of the first answer first and in its order. */
export function newestByName(lists: readonly (readonly VerifiedRecord[])[]): Map<string, VerifiedRecord> {
  const newest = new Map<string, VerifiedRecord>()
  for (const record of lists.flat()) {
    const name = nameOfRecord(record)
    const known = newest.get(name)
    if (known === undefined || known.sequence < record.sequence) newest.set(name, record)
  }
  return newest
}

/** Sequences are times in milliseconds, where peers follow the custom: the record may not have come everywhere yet. */
function isUnderWay({ sequence }: VerifiedRecord, now: number): boolean {
  return Math.abs(now - sequence) < UNDER_WAY_MS
}

/**
 * What a registry lacks, in sentences for a person.
 *
 * @param now - milliseconds since the Unix epoch: what is that young is not missed yet
 */
export function sentencesOf(id: string, lack: Lack, now: number): string[] {
  const missing = lack.missing.filter(record => !isUnderWay(record, now))
  const outdated = lack.outdated.filter(record => !isUnderWay(record, now))
  return [
    ...(missing.length === 0 ? [] : [`${id} does not give ${counted(missing)} that another registry has`]),
    ...(outdated.length === 0 ? [] : [`${id} has an older version of ${counted(outdated)}`])
  ]
}

function counted(records: readonly VerifiedRecord[]): string {
  const [first] = records
  const example = first === undefined ? '' : `${first.kind} of ${first.id}${first.key === '' ? '' : ` (${first.key})`}`
  return records.length === 1 ? `the ${example}` : `${records.length} records, such as the ${example},`
}
