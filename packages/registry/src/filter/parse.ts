import { MAX_FILTER_DEPTH, Operator } from '@waystone/wire/registry'
import { FilterInvalidError, FilterTooDeepError } from './errors.ts'
import { ANY_FIELDS } from './fields.ts'
import { allOf, anyOf, beginsWith, compare, not } from './make.ts'
import { syntaxError, tokensOf } from './tokens.ts'
import { validateFilter } from './validate.ts'
import type { Filter } from '@waystone/wire/registry'
import type { Scalar } from '../contract.ts'
import type { FilterFields } from './fields.ts'
import type { Token, TokenType } from './tokens.ts'

export const OPERATOR_SIGNS: Readonly<Record<string, Operator>> = {
  '=': Operator.EQUAL,
  '!=': Operator.NOT_EQUAL,
  '<': Operator.LESS,
  '<=': Operator.LESS_OR_EQUAL,
  '>': Operator.GREATER,
  '>=': Operator.GREATER_OR_EQUAL
}

/** Begins with. */
export const PREFIX_SIGN = '^='

/**
 * Reads a filter, such as `region = "eu" and (reservations < 10 or not region ^= "us")`.
 *
 * @param fields - if given, the filter is checked against them
 * @throws FilterSyntaxError, FilterTooDeepError, FilterTooLargeError, FilterFieldUnknownError, FilterTypeError
 */
export function parseFilter(text: string, fields?: FilterFields): Filter {
  const filter = new Parser(text).parse()
  validateFilter(filter, fields ?? ANY_FIELDS)
  return filter
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  parse(): Filter {
    const filter = this.#either()
    if (this.#peek().type !== 'end')
      throw this.#fault('the filter goes on after its end', 'join two conditions with and, or or')
    return filter
  }

  #either(): Filter {
    return this.#joined('or', () => this.#joined('and', () => this.#condition(), allOf), anyOf)
  }

  #joined(word: string, part: () => Filter, join: (parts: Filter[]) => Filter): Filter {
    const first = part()
    const parts = [first]
    while (this.#skip('word', word)) parts.push(part())
    return parts.length === 1 ? first : join(parts)
  }

  #condition(): Filter {
    if (this.#skip('word', 'not')) return not(this.#deeper(() => this.#condition()))
    if (!this.#skip('open')) return this.#comparison()
    const inside = this.#deeper(() => this.#either())
    if (!this.#skip('close')) throw this.#fault('a bracket is not closed', 'add a )')
    return inside
  }

  #comparison(): Filter {
    const field = this.#take('word', 'the name of a field is missing', 'such as region = "eu"').text
    if (WORDS.includes(field)) throw this.#fault(`${field} is no field`, 'such as region = "eu"', -1)
    const sign = this.#take('operator', `how to compare ${field} is missing`, 'one of = != < <= > >= ^=').text
    const value = this.#value(field)
    if (sign !== PREFIX_SIGN) return compare(field, OPERATOR_SIGNS[sign] ?? Operator.UNSPECIFIED, value)
    if (typeof value === 'string') return beginsWith(field, value)
    throw this.#fault('only a text has a beginning', `such as ${field} ^= "us-"`, -1)
  }

  #value(field: string): Scalar {
    const { type, text } = this.#peek()
    this.#next++
    if (type === 'text') return text
    if (type === 'number') return Number(text)
    if (type === 'word' && (text === 'true' || text === 'false')) return text === 'true'
    throw this.#fault(`what to compare ${field} with is missing`, 'a text in quotes, a number, true or false', -1)
  }

  #deeper(part: () => Filter): Filter {
    if (this.#depth >= MAX_FILTER_DEPTH)
      throw new FilterTooDeepError(`the filter has more than ${MAX_FILTER_DEPTH} levels`)
    this.#depth++
    const filter = part()
    this.#depth--
    return filter
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { type: 'end', text: '', at: this.#text.length }
  }

  #skip(type: TokenType, text?: string): boolean {
    const token = this.#peek()
    const isIt = token.type === type && (text === undefined || token.text === text)
    if (isIt) this.#next++
    return isIt
  }

  #take(type: TokenType, what: string, hint: string): Token {
    const token = this.#peek()
    if (token.type !== type) throw this.#fault(what, hint)
    this.#next++
    return token
  }

  #fault(what: string, hint: string, from = 0): FilterInvalidError {
    return syntaxError(this.#text, this.#tokens[this.#next + from]?.at ?? this.#text.length, what, hint)
  }
}

const WORDS: readonly string[] = ['and', 'or', 'not', 'true', 'false']
