import { create } from '@bufbuild/protobuf'
import { FilterSchema, Operator } from '@waystone/wire/registry'
import type { Filter } from '@waystone/wire/registry'
import type { Scalar } from '../contract.ts'

/** All of these hold. */
export function allOf(filters: readonly Filter[]): Filter {
  return create(FilterSchema, { filter: { case: 'allOf', value: { filters: [...filters] } } })
}

/** One of these holds, or several. */
export function anyOf(filters: readonly Filter[]): Filter {
  return create(FilterSchema, { filter: { case: 'anyOf', value: { filters: [...filters] } } })
}

export function not(filter: Filter): Filter {
  return create(FilterSchema, { filter: { case: 'not', value: filter } })
}

/** A record that does not have the field never matches, whatever the operator. */
export function compare(field: string, operator: Operator, value: Scalar): Filter {
  return create(FilterSchema, {
    filter: { case: 'compare', value: { field, operator, value: { value: wireValue(value) } } }
  })
}

export function equals(field: string, value: Scalar): Filter {
  return compare(field, Operator.EQUAL, value)
}

/** The text in the field begins with the prefix. */
export function beginsWith(field: string, prefix: string): Filter {
  return create(FilterSchema, { filter: { case: 'prefix', value: { field, prefix } } })
}

type WireValue = { case: 'text'; value: string } | { case: 'number'; value: number } | { case: 'flag'; value: boolean }

function wireValue(value: Scalar): WireValue {
  if (typeof value === 'string') return { case: 'text', value }
  if (typeof value === 'number') return { case: 'number', value }
  return { case: 'flag', value }
}
