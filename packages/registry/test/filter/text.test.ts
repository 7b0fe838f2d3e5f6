import { equals as same } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterSchema, Operator } from '@waystone/wire/registry'
import { fieldsOf } from '../../src/filter/fields.ts'
import { formatFilter } from '../../src/filter/format.ts'
import { allOf, anyOf, beginsWith, compare, equals, not } from '../../src/filter/make.ts'
import { parseFilter } from '../../src/filter/parse.ts'
import { relayAdvert } from '../../src/kinds/relay-advert.ts'
import { filters } from './arbitrary.ts'

const names = { texts: ['region', 'texts.gpu'], numbers: ['free', 'numbers.gpu-memory'], flags: ['is-up'] }

describe('the text of filters', () => {
  it('reads what is in the handbook', () => {
    const filter = allOf([
      equals('region', 'eu'),
      anyOf([compare('reservations', Operator.LESS, 10), not(beginsWith('region', 'us'))])
    ])
    expect(parseFilter('region = "eu" and (reservations < 10 or not region ^= "us")')).toEqual(filter)
    expect(parseFilter("region='eu' and(reservations<10 or not(region^='us'))")).toEqual(filter)
  })

  it('reads what it writes', () => {
    fc.assert(
      fc.property(filters(names), filter => {
        expect(same(FilterSchema, parseFilter(formatFilter(filter)), filter)).toBe(true)
      })
    )
  })

  it('binds and closer than or, and not closer than both', () => {
    const [a, b, c] = [equals('a', 1), equals('b', 2), equals('c', 3)]
    expect(parseFilter('a = 1 or b = 2 and not c = 3')).toEqual(anyOf([a, allOf([b, not(c)])]))
  })

  it.each([
    ['', 'FilterSyntaxError', 'at the end'],
    ['region', 'FilterSyntaxError', 'how to compare region'],
    ['region = ', 'FilterSyntaxError', 'at the end'],
    ['region = eu', 'FilterSyntaxError', 'at character 10'],
    ['region == "eu"', 'FilterSyntaxError', 'at character 9'],
    ['region = "eu', 'FilterSyntaxError', 'at character 10'],
    ['region = "\\q"', 'FilterSyntaxError', 'cannot be read'],
    ['(region = "eu"', 'FilterSyntaxError', 'not closed'],
    ['region = "eu" region = "us"', 'FilterSyntaxError', 'goes on'],
    ['and = 1', 'FilterSyntaxError', 'and is no field'],
    ['region ^= 1', 'FilterSyntaxError', 'beginning'],
    ['region ~ /eu/', 'FilterSyntaxError', 'at character 8'],
    ['colour = "red"', 'FilterFieldUnknownError', 'colour'],
    ['region < 3', 'FilterTypeError', 'is a text'],
    ['free ^= "a"', 'FilterTypeError', 'is a number'],
    ['region = "\\ud800"', 'FilterTypeError', 'half a character'],
    ['('.repeat(1_000), 'FilterTooDeepError', '16 levels'],
    [`${'not '.repeat(1_000)}free = 1`, 'FilterTooDeepError', '16 levels'],
    [Array.from({ length: 1_000 }, () => 'free = 1').join(' or '), 'FilterTooLargeError', '64 parts'],
    [`region = "${'a'.repeat(20_000)}"`, 'FilterSyntaxError', 'longer']
  ])('refuses %.60j with %s', (text, name, message) => {
    expect(() => parseFilter(text, fieldsOf(relayAdvert))).toThrow(
      expect.objectContaining({ name, message: expect.stringContaining(message) })
    )
  })

  it('names the fields that there are', () => {
    expect(() => parseFilter('colour = "red"', fieldsOf(relayAdvert))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('region') })
    )
  })
})
