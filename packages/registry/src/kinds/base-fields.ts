import type { KindField } from './contract.ts'

/** What every record has, whatever its kind. */
export const BASE_FIELDS: readonly KindField[] = [
  { name: 'peer', type: 'text', isList: false, isIndexed: true, isKey: false },
  { name: 'key', type: 'text', isList: false, isIndexed: true, isKey: false },
  { name: 'sequence', type: 'number', isList: false, isIndexed: false, isKey: false },
  { name: 'expiry', type: 'number', isList: false, isIndexed: false, isKey: false }
]

export const BASE_FIELD_NAMES: readonly string[] = BASE_FIELDS.map(({ name }) => name)
