import { allOf, anyOf, equals } from '../filter/make.ts'
import type { Filter } from '@waystone/wire/registry'

/** Records of these peers with these keys, and no others. */
export function nameFilter(names: readonly { id: string; key: string }[]): Filter {
  return anyOf(names.map(({ id, key }) => allOf([equals('peer', id), equals('key', key)])))
}
