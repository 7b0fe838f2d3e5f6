import { FilterSyntaxError } from './errors.ts'

export type TokenType = 'word' | 'text' | 'number' | 'operator' | 'open' | 'close' | 'end'

export interface Token {
  readonly type: TokenType
  /** As it stands in the text; of a text what it says. */
  readonly text: string
  /** Its first character, counted from 0. */
  readonly at: number
}

/** Text is not looked at beyond, in characters: 64 parts with long texts have less. */
const MAX_TEXT_LENGTH = 16_384

const PATTERNS: ReadonlyArray<readonly [TokenType | 'space', RegExp]> = [
  ['space', /\s+/y],
  ['open', /\(/y],
  ['close', /\)/y],
  ['operator', /!=|<=|>=|\^=|=|<|>/y],
  ['number', /-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)(?![\w.])/y],
  ['word', /[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)?/y],
  ['text', /"(?:[^"\\]|\\.)*"/sy],
  ['text', /'(?:[^'\\]|\\.)*'/sy]
]

/** @throws FilterSyntaxError */
export function tokensOf(text: string): Token[] {
  if (text.length > MAX_TEXT_LENGTH)
    throw new FilterSyntaxError(`the filter is longer than ${MAX_TEXT_LENGTH} characters`)
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    const { type, raw } = tokenAt(text, at)
    if (type !== 'space') tokens.push({ type, text: type === 'text' ? unquoted(text, raw, at) : raw, at })
    at += raw.length
  }
  return [...tokens, { type: 'end', text: '', at: text.length }]
}

function tokenAt(text: string, at: number): { type: TokenType | 'space'; raw: string } {
  for (const [type, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const [raw] = pattern.exec(text) ?? []
    if (raw !== undefined) return { type, raw }
  }
  throw syntaxError(text, at, 'nothing in a filter begins like this', HINT)
}

const HINT = 'a filter looks like: region = "eu" and (reservations < 10 or not region ^= "us")'

/** Escapes are those of JSON, and \' besides. */
function unquoted(text: string, raw: string, at: number): string {
  const inside = raw.slice(1, -1)
  const json = raw.startsWith("'") ? inside.replaceAll(/\\.|"/gs, part => SINGLE[part] ?? part) : inside
  try {
    return String(JSON.parse(`"${json}"`))
  } catch {
    throw syntaxError(text, at, 'this text cannot be read', String.raw`write \\ for a backslash and \" for a quote`)
  }
}

const SINGLE: Readonly<Record<string, string>> = { "\\'": "'", '"': String.raw`\"` }

/** Characters of the text that are shown around the place. */
const SHOWN = 20

export function syntaxError(text: string, at: number, what: string, hint: string): FilterSyntaxError {
  const near = JSON.stringify(text.slice(at, at + SHOWN))
  const where = at >= text.length ? 'at the end' : `at character ${at + 1}, ${near}`
  return new FilterSyntaxError(`there is a fault ${where}: ${what}`, { hint })
}
