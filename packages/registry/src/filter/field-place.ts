import type { KindField, RegistryKind } from '../kinds/contract.ts'

/**
 * Where a field of a kind is in the database: in a column of the kind's table `k` or of the table of all records `r`, or
 * for fields of several values or of a group in rows of their own.
 */
export type FieldPlace =
  | { readonly column: string; readonly index: string | undefined; readonly table?: undefined }
  | { readonly column?: undefined; readonly table: string; readonly field: string }

/** Names come from the kind's definition, which allows a-z, 0-9 and - alone. */
export const tableOf = (kind: RegistryKind): string => `"kind ${kind.name}"`
export const valuesTableOf = (kind: RegistryKind): string => `"values ${kind.name}"`
export const columnOf = (field: string): string => `"field ${field}"`
export const indexOf = (kind: RegistryKind, field: string): string => `"kind ${kind.name} by ${field}"`

export const BY_PEER = 'records_by_peer'

/** Whether the field has one value that is not elsewhere. */
export const hasColumn = ({ isList, isKey }: KindField): boolean => !isList && !isKey

/** The place of a field that the kind has. */
export function fieldPlace(kind: RegistryKind, name: string): FieldPlace {
  switch (name) {
    case 'peer':
      return { column: 'r.id', index: BY_PEER }
    case 'key':
      return keyPlace(kind)
    case 'sequence':
    case 'expiry':
      return { column: `r.${name}`, index: undefined }
    default:
      return declared(kind, kind.field(name), name)
  }
}

function keyPlace(kind: RegistryKind): FieldPlace {
  return { column: 'k.key', index: kind.hasKeys ? indexOf(kind, 'key') : undefined }
}

function declared(kind: RegistryKind, field: KindField | undefined, name: string): FieldPlace {
  if (field?.isKey === true) return keyPlace(kind)
  if (field === undefined) throw new TypeError(`kind ${kind.name} has no field ${name}`)
  if (field.isList || !kind.fields.some(each => each.name === name)) return { table: valuesTableOf(kind), field: name }
  return { column: `k.${columnOf(name)}`, index: field.isIndexed ? indexOf(kind, name) : undefined }
}
