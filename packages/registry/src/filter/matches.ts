import { Operator } from '@waystone/wire/registry'
import { compareText } from './order.ts'
import type { Comparison, Filter } from '@waystone/wire/registry'
import type { Scalar, VerifiedRecord } from '../contract.ts'

/** What a filter is asked about. */
export type Matched = Pick<VerifiedRecord, 'id' | 'key' | 'sequence' | 'expiry' | 'values'>

/** Whether the record matches a filter that was validated for its kind. */
export function matches({ filter }: Filter, record: Matched): boolean {
  switch (filter.case) {
    case 'allOf':
      return filter.value.filters.every(each => matches(each, record))
    case 'anyOf':
      return filter.value.filters.some(each => matches(each, record))
    case 'not':
      return !matches(filter.value, record)
    case 'compare': {
      const { field, operator, value } = filter.value
      return valuesOf(record, field).some(each => holds(each, operator, value))
    }
    case 'prefix': {
      const { field, prefix } = filter.value
      return valuesOf(record, field).some(each => typeof each === 'string' && each.startsWith(prefix))
    }
    default:
      return false
  }
}

function valuesOf(record: Matched, field: string): readonly Scalar[] {
  switch (field) {
    case 'peer':
      return [record.id]
    case 'key':
    case 'sequence':
    case 'expiry':
      return [record[field]]
    default: {
      const value = Object.hasOwn(record.values, field) ? record.values[field] : undefined
      return value === undefined ? [] : [value].flat()
    }
  }
}

function holds(held: Scalar, operator: Operator, value: Comparison['value']): boolean {
  const asked = value?.value.value
  if (asked === undefined || typeof asked !== typeof held) return false
  const order = orderOf(held, asked)
  switch (operator) {
    case Operator.EQUAL:
      return order === 0
    case Operator.NOT_EQUAL:
      return order !== 0
    case Operator.LESS:
      return order < 0
    case Operator.LESS_OR_EQUAL:
      return order <= 0
    case Operator.GREATER:
      return order > 0
    case Operator.GREATER_OR_EQUAL:
      return order >= 0
    default:
      return false
  }
}

function orderOf(held: Scalar, asked: Scalar): number {
  if (typeof held === 'string' && typeof asked === 'string') return compareText(held, asked)
  if (held === asked) return 0
  return held < asked ? -1 : 1
}
