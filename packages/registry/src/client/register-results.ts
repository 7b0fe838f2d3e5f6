import type { PeerId } from '@libp2p/interface'
import type { RegisterResult, SignedRecord } from '@waystone/wire/registry'
import type { OwnRecord } from './own-record.ts'

export interface SentRecord {
  record: OwnRecord
  /** With which it was sent. */
  sequence: number
}

export interface AnsweredBy {
  id: string
  peer: PeerId
  /** The monotonic clock, in milliseconds. */
  monotonic: number
}

/** A record of which the registry has a newer one. */
export interface Outdone extends SentRecord {
  held: SignedRecord | undefined
  /** For the operator. */
  said: string
}

const OUTDONE = 'RecordOutdatedError'

/** Keeps what a registry said of each record, and gives those of which it says that it has a newer one. */
export function takeResults(
  sent: readonly SentRecord[],
  results: readonly RegisterResult[],
  { id, peer, monotonic }: AnsweredBy
): Outdone[] {
  const outdone: Outdone[] = []
  for (const [index, { record, sequence }] of sent.entries()) {
    const { error = '', message = '', held } = results[index] ?? {}
    const said = `${id}: ${message === '' ? error : message}`
    if (error === '') record.held(id, peer, sequence)
    else if (error === OUTDONE) outdone.push({ record, sequence, held, said })
    else record.refused(id, said, monotonic)
  }
  return outdone
}
