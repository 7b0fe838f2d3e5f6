import { OPERATOR_SIGNS, PREFIX_SIGN } from './parse.ts'
import type { Comparison, Filter } from '@waystone/wire/registry'

/** As `parseFilter` reads it. The filter must be a valid one. */
export function formatFilter({ filter }: Filter): string {
  switch (filter.case) {
    case 'allOf':
      return joined(filter.value.filters, ' and ')
    case 'anyOf':
      return joined(filter.value.filters, ' or ')
    case 'not':
      return `not ${inside(filter.value)}`
    case 'compare':
      return comparison(filter.value)
    case 'prefix':
      return `${filter.value.field} ${PREFIX_SIGN} ${JSON.stringify(filter.value.prefix)}`
    default:
      return ''
  }
}

function joined(filters: readonly Filter[], by: string): string {
  return filters.map(inside).join(by)
}

/** In brackets, unless it binds closer than everything. */
function inside(filter: Filter): string {
  const text = formatFilter(filter)
  return filter.filter.case === 'allOf' || filter.filter.case === 'anyOf' ? `(${text})` : text
}

function comparison({ field, operator, value }: Comparison): string {
  const [sign = '='] = Object.entries(OPERATOR_SIGNS).find(([, each]) => each === operator) ?? []
  const asked = value?.value.value
  return `${field} ${sign} ${typeof asked === 'string' ? JSON.stringify(asked) : String(asked)}`
}
