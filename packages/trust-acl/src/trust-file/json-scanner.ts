import { MAX_NESTING } from './constants.ts'
import {
  TrustFileDuplicateKeyError,
  TrustFileEncodingError,
  TrustFileSyntaxError,
  TrustFileTooDeepError
} from './errors.ts'
import { endOfString, readString } from './json-strings.ts'
import { placeAt } from './place.ts'
import type { Place } from './place.ts'

/** Told where each value begins; the path is made only for who wants it. */
export type OnValue = (path: () => PropertyKey[], offset: number) => void

/** An object or a list that has not ended. */
interface Container {
  /** Of an object: those that were there. */
  readonly keys: Set<string> | undefined
  /** Key or index of what stands in it now. */
  at: string | number | undefined
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or the end' | 'end of the file'

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y

/**
 * One pass over the text, without recursion: that it is JSON, not too deep,
 * and that no object has a key twice, which `JSON.parse` would not tell.
 */
export class JsonScanner {
  readonly #text: string
  readonly #onValue: OnValue
  readonly #open: Container[] = []
  #offset = 0
  #expected: Expected = 'value'

  constructor(text: string, onValue: OnValue = () => {}) {
    this.#text = text
    this.#onValue = onValue
  }

  /** @throws TrustFileSyntaxError, TrustFileTooDeepError, TrustFileDuplicateKeyError, TrustFileEncodingError */
  scan(): void {
    for (this.#skipSpace(); this.#offset < this.#text.length; this.#skipSpace()) this.#step()
    if (this.#expected !== 'end of the file') this.#failSyntax('the file ends too soon')
  }

  #step(): void {
    const character = this.#text.charAt(this.#offset)
    if (this.#expected === ':') this.#take(character === ':', 'value')
    else if (this.#expected === ', or the end') this.#continueOrClose(character)
    else if (this.#expected === 'key' || this.#expected === 'key or }') this.#keyOrClose(character)
    else if (this.#expected === 'value or ]' && character === ']') this.#close()
    else if (this.#expected === 'end of the file') this.#failSyntax('something follows the end of the file')
    else this.#value(character)
  }

  #value(character: string): void {
    this.#onValue(() => this.#path(), this.#offset)
    if (character === '{' || character === '[') this.#push(character)
    else {
      if (character === '"') this.#string()
      else if (!this.#match(NUMBER) && !this.#match(WORD)) this.#failSyntax('is no JSON value')
      this.#afterValue()
    }
  }

  #push(character: '{' | '['): void {
    if (this.#open.length >= MAX_NESTING) this.#failDeep()
    const isObject = character === '{'
    this.#open.push(isObject ? { keys: new Set(), at: undefined } : { keys: undefined, at: 0 })
    this.#take(true, isObject ? 'key or }' : 'value or ]')
  }

  #keyOrClose(character: string): void {
    if (character === '}' && this.#expected === 'key or }') return this.#close()
    if (character !== '"') this.#failSyntax('a key in double quotes must stand here')
    const start = this.#offset
    const key = this.#string()
    const container = this.#open.at(-1)
    if (container === undefined) return
    container.at = key
    if (container.keys?.has(key) === true) this.#failDuplicate(start)
    container.keys?.add(key)
    this.#expected = ':'
  }

  #continueOrClose(character: string): void {
    const container = this.#open.at(-1)
    const isObject = container?.keys !== undefined
    if (character === (isObject ? '}' : ']')) return this.#close()
    if (container !== undefined) container.at = typeof container.at === 'number' ? container.at + 1 : undefined
    this.#take(character === ',', isObject ? 'key' : 'value')
  }

  #close(): void {
    this.#open.pop()
    this.#offset++
    this.#afterValue()
  }

  #afterValue(): void {
    this.#expected = this.#open.length === 0 ? 'end of the file' : ', or the end'
  }

  #string(): string {
    const start = this.#offset
    const end = endOfString(this.#text, start)
    const value = end === undefined ? undefined : readString(this.#text.slice(start, end))
    if (end === undefined || value === undefined) return this.#failSyntax('is no JSON string')
    if (!value.isWellFormed()) this.#failHalf()
    this.#offset = end
    return value
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset
    if (!pattern.test(this.#text)) return false
    this.#offset = pattern.lastIndex
    return true
  }

  #skipSpace(): void {
    this.#match(SPACE)
  }

  #take(isRight: boolean, next: Expected): void {
    if (!isRight) this.#failSyntax(`is not what must stand here: ${this.#expected}`)
    this.#offset++
    this.#expected = next
  }

  #path(): PropertyKey[] {
    return this.#open.flatMap(({ at }) => at ?? [])
  }

  #place(offset = this.#offset): Place {
    return placeAt(this.#text, offset, this.#path())
  }

  #failSyntax(message: string): never {
    throw new TrustFileSyntaxError(message, { hint: 'write strict JSON, without comments', place: this.#place() })
  }

  #failDeep(): never {
    const hint = 'trust files have a description, a contact and entities with nodes, and nothing below'
    throw new TrustFileTooDeepError(`is nested more than ${MAX_NESTING} levels deep`, { hint, place: this.#place() })
  }

  #failDuplicate(offset: number): never {
    const hint = 'keep one of them: readers do not agree about which counts'
    throw new TrustFileDuplicateKeyError('is there twice', { hint, place: this.#place(offset) })
  }

  #failHalf(): never {
    const hint = 'a \\ud800 to \\udfff stands only in pairs; better write the character itself'
    throw new TrustFileEncodingError('holds half a character (a lone surrogate)', { hint, place: this.#place() })
  }
}
