/**
 * What is asked of records: made by functions or read from text, checked, and
 * asked of a record in memory. Works everywhere.
 *
 * @example
 * const filter = parseFilter('region = "eu" and (reservations < 10 or not region ^= "us")')
 * console.log(formatFilter(allOf([filter, compare('free', Operator.GREATER, 0)])))
 *
 * @packageDocumentation
 */
export * from './filter/errors.ts'
export { fieldsOf, fieldsOfMessage } from './filter/fields.ts'
export type { FilterField, FilterFields } from './filter/fields.ts'
export { formatFilter } from './filter/format.ts'
export { allOf, anyOf, beginsWith, compare, equals, not } from './filter/make.ts'
export { matches } from './filter/matches.ts'
export type { Matched } from './filter/matches.ts'
export { parseFilter } from './filter/parse.ts'
export { validateFilter } from './filter/validate.ts'
