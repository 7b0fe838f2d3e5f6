import { WaystoneError } from '@waystone/interface'
import { BASE_FIELD_NAMES } from './base-fields.ts'

/** A kind cannot be declared like that: a fault of whoever wrote it. */
export class KindInvalidError extends WaystoneError {
  static override readonly name = 'KindInvalidError'
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/
/** Words of the filter language. */
const WORDS: readonly string[] = ['and', 'or', 'not', 'true', 'false']
/** Each is a column of a table, or looked at for each record. */
const MAX_FIELDS = 32

interface Named {
  name: string
  fields: Readonly<Record<string, unknown>>
  groups?: Readonly<Record<string, unknown>>
}

/** @throws KindInvalidError */
export function checkNames({ name, fields, groups = {} }: Named): void {
  const names = [...Object.keys(fields), ...Object.keys(groups)]
  if (!NAME.test(name)) throw invalid(name, 'its name is not 1-32 of a-z, 0-9 and -, beginning with a letter')
  if (names.length > MAX_FIELDS) throw invalid(name, `it has more than ${MAX_FIELDS} fields`)
  const taken = new Set([...WORDS, ...BASE_FIELD_NAMES])
  for (const each of names) {
    if (!NAME.test(each))
      throw invalid(name, `the field ${each} is not 1-32 of a-z, 0-9 and -, beginning with a letter`)
    if (taken.has(each)) throw invalid(name, `the field name ${each} is taken`)
    taken.add(each)
  }
}

function invalid(kind: string, why: string): KindInvalidError {
  return new KindInvalidError(`the kind ${kind} cannot be declared: ${why}`)
}
