import { MAX_FILTER_DEPTH, MAX_FILTER_PARTS, Operator } from '@waystone/wire/registry'
import {
  FilterFieldUnknownError,
  FilterInvalidError,
  FilterTooDeepError,
  FilterTooLargeError,
  FilterTypeError
} from './errors.ts'
import type { Comparison, Filter, Prefix } from '@waystone/wire/registry'
import type { FilterField, FilterFields } from './fields.ts'

/**
 * Whether this filter can be asked of records with these fields. Nothing beyond the limits is looked at, so that it is
 * safe for whatever comes from outside.
 *
 * @returns how many parts it has, up to `maxParts`
 * @throws FilterTooDeepError, FilterTooLargeError, FilterFieldUnknownError, FilterTypeError, FilterInvalidError
 */
export function validateFilter(filter: Filter, fields: FilterFields, maxParts = MAX_FILTER_PARTS): number {
  const validation = new Validation(fields, maxParts)
  validation.check(filter, 1)
  return validation.parts
}

class Validation {
  readonly #fields: FilterFields
  readonly #maxParts: number
  #parts = 0

  constructor(fields: FilterFields, maxParts: number) {
    this.#fields = fields
    this.#maxParts = maxParts
  }

  get parts(): number {
    return this.#parts
  }

  check({ filter }: Filter, depth: number): void {
    this.#count(depth)
    switch (filter.case) {
      case 'allOf':
      case 'anyOf':
        return this.#checkAll(filter.value.filters, depth + 1)
      case 'not':
        return this.check(filter.value, depth + 1)
      case 'compare':
        return checkComparison(filter.value, this.#field(filter.value.field))
      case 'prefix':
        return checkPrefix(filter.value, this.#field(filter.value.field))
      default:
        throw new FilterInvalidError('a part of the filter is empty')
    }
  }

  #checkAll(filters: readonly Filter[], depth: number): void {
    if (filters.length === 0) throw new FilterInvalidError('a list of parts of the filter is empty')
    for (const each of filters) this.check(each, depth)
  }

  #count(depth: number): void {
    this.#parts++
    if (depth > MAX_FILTER_DEPTH) throw new FilterTooDeepError(`the filter has more than ${MAX_FILTER_DEPTH} levels`)
    if (this.#parts > this.#maxParts) {
      throw new FilterTooLargeError(`the filter has more than ${this.#maxParts} parts`)
    }
  }

  #field(name: string): FilterField {
    const field = this.#fields.find(name)
    if (field !== undefined) return field
    throw new FilterFieldUnknownError(`records of this kind have no field ${JSON.stringify(name.slice(0, 80))}`, {
      hint: `fields: ${this.#fields.names().join(', ')}`
    })
  }
}

const ORDERED: readonly string[] = ['text', 'number']
const OPERATORS: readonly number[] = Object.values(Operator).filter(each => each !== Operator.UNSPECIFIED)

function checkComparison({ field, operator, value }: Comparison, { type }: FilterField): void {
  const { case: given, value: operand } = value?.value ?? { case: undefined, value: undefined }
  if (given === undefined) throw new FilterInvalidError(`nothing is said to compare the field ${field} with`)
  if (!OPERATORS.includes(operator)) {
    throw new FilterInvalidError(`nothing is said how to compare the field ${field}`)
  }
  if (type !== undefined && given !== type) throw new FilterTypeError(`the field ${field} is a ${type}, not a ${given}`)
  if (typeof operand === 'string') checkText(field, operand)
  if (Number.isNaN(operand)) throw new FilterTypeError(`the field ${field} is compared with no number`)
  if (operator > Operator.NOT_EQUAL && !ORDERED.includes(given)) {
    throw new FilterTypeError(`the field ${field} is a flag, which is equal or not equal to true or false`)
  }
}

function checkPrefix({ field, prefix }: Prefix, { type }: FilterField): void {
  if (type !== undefined && type !== 'text')
    throw new FilterTypeError(`the field ${field} is a ${type}; only a text has a beginning`)
  checkText(field, prefix)
}

function checkText(field: string, text: string): void {
  if (!text.isWellFormed()) throw new FilterTypeError(`the field ${field} is compared with half a character`)
}
