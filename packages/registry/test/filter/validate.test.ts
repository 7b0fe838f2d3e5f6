import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { FilterSchema, Operator } from '@waystone/wire/registry'
import { fieldsOf, fieldsOfMessage } from '../../src/filter/fields.ts'
import { allOf, beginsWith, compare, equals, not } from '../../src/filter/make.ts'
import { validateFilter } from '../../src/filter/validate.ts'
import { capability } from '../../src/kinds/capability.ts'
import { relayAdvert } from '../../src/kinds/relay-advert.ts'
import type { Filter } from '@waystone/wire/registry'

const fields = fieldsOf(relayAdvert)
const nested = (depth: number): Filter => (depth === 1 ? equals('free', 1) : not(nested(depth - 1)))

describe('filters from outside', () => {
  it.each([
    ['nothing', create(FilterSchema), 'FilterInvalidError'],
    ['an empty group', allOf([]), 'FilterInvalidError'],
    ['no operator', compare('free', Operator.UNSPECIFIED, 1), 'FilterInvalidError'],
    ['an operator of the future', compare('free', 99 as Operator, 1), 'FilterInvalidError'],
    ['an unknown field', equals('__proto__', 'x'), 'FilterFieldUnknownError'],
    ['a text for a number', equals('free', 'x'), 'FilterTypeError'],
    ['no number', equals('free', Number.NaN), 'FilterTypeError'],
    ['a prefix of a number', beginsWith('free', '1'), 'FilterTypeError'],
    ['17 levels', nested(17), 'FilterTooDeepError'],
    ['1,000 levels', nested(1_000), 'FilterTooDeepError'],
    ['1,000 parts', allOf(Array.from({ length: 1_000 }, () => equals('free', 1))), 'FilterTooLargeError']
  ])('refuses %s', (_what, filter, name) => {
    expect(() => validateFilter(filter, fields)).toThrow(expect.objectContaining({ name }))
  })

  it('takes 16 levels and 64 parts', () => {
    expect(() => validateFilter(nested(16), fields)).not.toThrow()
    const parts = Array.from({ length: 63 }, () => equals('free', 1))
    expect(() => validateFilter(allOf(parts), fields)).not.toThrow()
  })

  it('never reaches the check with 1,000 levels on the wire: the decoder stops at 100', () => {
    const bytes = toBinary(FilterSchema, nested(1_000))
    expect(() => fromBinary(FilterSchema, bytes)).toThrow(/recursion/)
  })

  it('knows the fields of a group, here and from the description of another registry', () => {
    const described = fieldsOfMessage({
      fields: capability.describe().map(field => ({ ...field, $typeName: 'waystone.registry.v1.Field' }))
    })
    for (const each of [fieldsOf(capability), described]) {
      validateFilter(compare('numbers.gpu-memory', Operator.GREATER, 16), each)
      expect(() => validateFilter(equals('numbers.', 16), each)).toThrow()
      expect(() => validateFilter(equals('numbers.gpu-memory', 'x'), each)).toThrow(/is a number/)
    }
  })
})
