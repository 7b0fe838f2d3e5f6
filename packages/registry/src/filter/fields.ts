import { BASE_FIELDS } from '../kinds/base-fields.ts'
import type { Kind } from '@waystone/wire/registry'
import type { RegistryKind } from '../kinds/contract.ts'

/** What a filter has to know of a field. */
export interface FilterField {
  /** Absent if it is not known: then any will do. */
  readonly type: string | undefined
}

/** The fields that filters can name: by name, and all names for a hint. */
export interface FilterFields {
  find(name: string): FilterField | undefined
  names(): string[]
}

/** Takes every name and every type: only the form counts. */
export const ANY_FIELDS: FilterFields = { find: () => ({ type: undefined }), names: () => [] }

/** Of a kind of this registry. */
export function fieldsOf(kind: RegistryKind): FilterFields {
  return {
    find: name => BASE_FIELDS.find(field => field.name === name) ?? kind.field(name),
    names: () => [...kind.describe(), ...BASE_FIELDS].map(({ name }) => name)
  }
}

const GROUP_END = '.*'

/** Of a kind as another registry describes it. */
export function fieldsOfMessage({ fields }: Pick<Kind, 'fields'>): FilterFields {
  const all = [...fields, ...BASE_FIELDS]
  return {
    find: name => all.find(field => field.name === name || isMember(field.name, name)),
    names: () => all.map(({ name }) => name)
  }
}

function isMember(group: string, name: string): boolean {
  return group.endsWith(GROUP_END) && name.startsWith(group.slice(0, -1)) && name.length >= group.length
}
