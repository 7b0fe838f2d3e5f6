import { fromBinary } from '@bufbuild/protobuf'
import { RecordSchema, SignedRecordSchema } from '@waystone/wire/registry'
import { bytesIn, numberIn, optionalTextIn } from './rows.ts'
import type { VerifiedRecord } from '../contract.ts'
import type { Row } from './database.ts'

/** What is held of a name when another record of it comes. */
export interface Held {
  readonly place: number
  readonly sequence: number
  readonly size: number
  readonly expiry: number
  /** Before this time no older record of this name may come back. */
  readonly until: number
  readonly withdrawn: boolean
  readonly network: string | undefined
  readonly signed: Uint8Array
}

export const HELD = `
  SELECT place, sequence, size, expiry, until, withdrawn, network, signed FROM records WHERE hash = ?
`

export function heldIn(row: Row): Held {
  return {
    place: numberIn(row, 'place'),
    sequence: numberIn(row, 'sequence'),
    size: numberIn(row, 'size'),
    expiry: numberIn(row, 'expiry'),
    until: numberIn(row, 'until'),
    withdrawn: numberIn(row, 'withdrawn') === 1,
    network: optionalTextIn(row, 'network'),
    signed: bytesIn(row, 'signed')
  }
}

/** Whether both say the same, so that only times differ. */
export function isSameContent(held: Held, { payload, withdrawn }: VerifiedRecord): boolean {
  if (held.withdrawn !== withdrawn || held.size !== payload.length) return false
  const { record } = fromBinary(SignedRecordSchema, held.signed)
  const before = fromBinary(RecordSchema, record).payload
  return before.every((byte, at) => byte === payload[at])
}
