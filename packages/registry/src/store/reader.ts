import { create } from '@bufbuild/protobuf'
import { KindSchema } from '@waystone/wire/registry'
import { tableOf } from '../filter/field-place.ts'
import { hashesOf } from '../record/name-hash.ts'
import { bytesIn, numberIn } from './rows.ts'
import type { Kind } from '@waystone/wire/registry'
import type { KindSet, RegistryKind } from '../kinds/contract.ts'
import type { RegistryDatabase } from './database.ts'
import type { NamedSequence } from '../record/name-hash.ts'

/** What other registries ask for. */
export interface Reader {
  kinds(): Kind[]
  /** @param now - what expired until then is not given either: whoever lists more than it gives is taken for a liar */
  names(part: number, now: number): NamedSequence[]
  signed(hashes: readonly Uint8Array[], now: number): Uint8Array[]
  holds(hash: Uint8Array, sequence: number): boolean
}

const NAMES = 'SELECT hash, sequence FROM records WHERE hash >= ? AND hash <= ? AND expiry > ? ORDER BY hash'
const SIGNED = 'SELECT signed FROM records WHERE hash = ? AND expiry > ?'
const SEQUENCE = 'SELECT sequence FROM records WHERE hash = ?1 UNION ALL SELECT sequence FROM ended WHERE hash = ?1'

export function createReader(db: RegistryDatabase, kinds: KindSet): Reader {
  return {
    kinds: () => Array.from(kinds.values(), kind => describe(db, kind)),
    names(part, now) {
      const { first, last } = hashesOf(part)
      const rows = db.all(NAMES, first, last, now)
      return rows.map(row => ({ hash: bytesIn(row, 'hash'), sequence: numberIn(row, 'sequence') }))
    },
    signed: (hashes, now) => hashes.flatMap(hash => db.all(SIGNED, hash, now).map(row => bytesIn(row, 'signed'))),
    holds: (hash, sequence) => db.all(SEQUENCE, hash).some(row => numberIn(row, 'sequence') >= sequence)
  }
}

function describe(db: RegistryDatabase, kind: RegistryKind): Kind {
  const records = numberIn(db.get(`SELECT count(*) AS n FROM ${tableOf(kind)}`) ?? {}, 'n')
  return create(KindSchema, { kind: kind.name, fields: kind.describe(), records: BigInt(records) })
}
