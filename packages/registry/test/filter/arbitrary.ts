import * as fc from 'fast-check'
import { Operator } from '@waystone/wire/registry'
import { allOf, anyOf, beginsWith, compare, not } from '../../src/filter/make.ts'
import type { Filter } from '@waystone/wire/registry'

// few values, so that filters often hit; some that sort differently by unit and by code point
const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'b',
  'eu',
  'eu-west',
  '\u{ffff}',
  '\u{1f600}',
  '\u{10ffff}',
  'it\'s "quoted" \\',
  'a\u0000b'
]
export const text = fc.constantFrom(...TEXTS)
export const number = fc.constantFrom(-1.5, 0, 1, 2, 3, 10, 1e21, Infinity)
/** As records have them. */
export const finite = fc.constantFrom(-1.5, 0, 1, 2, 3, 10, 1e21)

const equalities = fc.constantFrom(Operator.EQUAL, Operator.NOT_EQUAL)
const operators = fc.constantFrom(
  Operator.EQUAL,
  Operator.NOT_EQUAL,
  Operator.LESS,
  Operator.LESS_OR_EQUAL,
  Operator.GREATER,
  Operator.GREATER_OR_EQUAL
)

export interface Names {
  texts: string[]
  numbers: string[]
  flags: string[]
}

function leaf({ texts, numbers, flags }: Names): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.tuple(fc.constantFrom(...texts), operators, text).map(parts => compare(...parts)),
    fc.tuple(fc.constantFrom(...texts), text).map(parts => beginsWith(...parts)),
    fc.tuple(fc.constantFrom(...numbers), operators, number).map(parts => compare(...parts)),
    fc.tuple(fc.constantFrom(...flags), equalities, fc.boolean()).map(parts => compare(...parts))
  )
}

/** Valid filters, without groups of one, which text does not have. */
export function filters(names: Names): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>(tie => {
    const several = fc.array(tie('filter'), { minLength: 2, maxLength: 3 })
    const filter = fc.oneof(
      { maxDepth: 3 },
      leaf(names),
      several.map(allOf),
      several.map(anyOf),
      tie('filter').map(not)
    )
    return { filter }
  }).filter
}
