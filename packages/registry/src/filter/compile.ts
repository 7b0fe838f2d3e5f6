import { Operator } from '@waystone/wire/registry'
import { prefixEnd } from './order.ts'
import type { SQLInputValue } from 'node:sqlite'
import type { Comparison, Filter } from '@waystone/wire/registry'
import type { FieldPlace } from './field-place.ts'

/** A condition with parameters for its question marks; nothing from outside is in the text. */
export interface SqlPart {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

/** Where the values of a field are; the filter was validated, so there is one for each. */
export type PlaceOf = (field: string) => FieldPlace

/** As a condition on the rows of one kind, that no index serves. */
export function compileFilter({ filter }: Filter, placeOf: PlaceOf): SqlPart {
  switch (filter.case) {
    case 'allOf':
      return joined(filter.value.filters, ' AND ', placeOf)
    case 'anyOf':
      return joined(filter.value.filters, ' OR ', placeOf)
    case 'not': {
      const { sql, parameters } = compileFilter(filter.value, placeOf)
      return { sql: `NOT ${sql}`, parameters }
    }
    case 'compare':
    case 'prefix':
      return leaf(placeOf(filter.value.field), compileLeaf(filter) ?? NEVER)
    default:
      return NEVER
  }
}

/** What is asked of one value, for the text before the question mark to be put in; nothing for other filters. */
export interface LeafCondition {
  /** Of the column that holds the value. */
  readonly condition: (column: string) => string
  readonly parameters: readonly SQLInputValue[]
  /** Whether one value alone matches. */
  readonly isEquality: boolean
  /** Whether an index finds what matches. */
  readonly isRange: boolean
}

const OPERATORS: Readonly<Record<Operator, string>> = {
  [Operator.UNSPECIFIED]: 'IS NULL AND 0 <>',
  [Operator.EQUAL]: '=',
  [Operator.NOT_EQUAL]: '<>',
  [Operator.LESS]: '<',
  [Operator.LESS_OR_EQUAL]: '<=',
  [Operator.GREATER]: '>',
  [Operator.GREATER_OR_EQUAL]: '>='
}

export function compileLeaf(filter: Filter['filter']): LeafCondition | undefined {
  if (filter.case === 'compare') return comparison(filter.value)
  if (filter.case === 'prefix') return prefixRange(filter.value.prefix)
  return undefined
}

function comparison({ operator, value }: Comparison): LeafCondition {
  const isEquality = operator === Operator.EQUAL
  return {
    condition: column => `${column} ${OPERATORS[operator]} ?`,
    parameters: [sqlValue(value)],
    isEquality,
    isRange: operator !== Operator.NOT_EQUAL
  }
}

function prefixRange(prefix: string): LeafCondition {
  const end = prefixEnd(prefix)
  const flags = { isEquality: false, isRange: true }
  if (end === undefined) return { condition: column => `${column} >= ?`, parameters: [prefix], ...flags }
  return { condition: column => `(${column} >= ? AND ${column} < ?)`, parameters: [prefix, end], ...flags }
}

/** Flags are stored as 1 and 0. */
function sqlValue(value: Comparison['value']): SQLInputValue {
  const asked = value?.value.value
  return typeof asked === 'boolean' ? Number(asked) : (asked ?? null)
}

const NEVER: SqlPart & LeafCondition = {
  sql: '0',
  condition: () => '0',
  parameters: [],
  isEquality: false,
  isRange: false
}

/** What is NULL holds for nothing, also under a NOT; in a function no index is used. */
function leaf(place: FieldPlace, { condition, parameters }: LeafCondition): SqlPart {
  if (place.column !== undefined) return { sql: `coalesce(${condition(place.column)}, 0)`, parameters }
  const { table, field } = place
  const sql = `EXISTS (SELECT 1 FROM ${table} v WHERE v.place = k.place AND v.field = ? AND ${condition('v.value')})`
  return { sql, parameters: [field, ...parameters] }
}

function joined(filters: readonly Filter[], by: string, placeOf: PlaceOf): SqlPart {
  const parts = filters.map(each => compileFilter(each, placeOf))
  return { sql: `(${parts.map(({ sql }) => sql).join(by)})`, parameters: parts.flatMap(({ parameters }) => parameters) }
}
