import type { PeerId } from '@libp2p/interface'
import type { RegisterResult } from '@waystone/wire/registry'
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

/** The registry holds a newer record of this name. */
const OUTDONE = 'RecordOutdatedError'

/** Keeps what a registry said of each record, and gives those of which it holds a newer one. */
export function takeResults(
  sent: readonly SentRecord[],
  results: readonly RegisterResult[],
  { id, peer, monotonic }: AnsweredBy
): OwnRecord[] {
  const outdone: OwnRecord[] = []
  for (const [index, { record, sequence }] of sent.entries()) {
    const { error = '', message = '' } = results[index] ?? {}
    if (error === '') record.held(id, peer, sequence)
    else if (error === OUTDONE) outdone.push(record)
    else record.refused(id, `${id}: ${message === '' ? error : message}`, monotonic)
  }
  return outdone
}
