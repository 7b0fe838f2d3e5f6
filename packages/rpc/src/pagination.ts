import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { PAGE_DEFAULT_SIZE, PAGE_MAX_SIZE } from '@waystone/wire'
import { CursorInvalidError } from './errors.ts'
import type { Random } from '@waystone/interface'

export interface PageQuery<T> {
  /** What the list is of, its filter included: a cursor of another list is refused. */
  list: string
  /** The request's `page`; undefined asks for the first one. */
  page: { size: number; cursor: string } | undefined
  /** The key by which rows stand in order: never changes, and no two rows share one. */
  keyOf: (row: T) => string
}

export interface Page<T> {
  rows: T[]
  page: { nextCursor: string }
}

/** Rows of a source that is in the order of their keys: at most `count`, from the first one after `key`. */
export type RowsAfter<T> = (key: string | undefined, count: number) => Iterable<T> | Promise<Iterable<T>>

/**
 * Cuts lists into pages. A cursor holds the key of the last row that was given,
 * so that rows may come and go between two pages: no other row is skipped or doubled.
 */
export interface Cursors {
  /**
   * A page of rows in any order, which are all looked at for every page: for up
   * to some thousands. Beyond that, {@link Cursors.paginateFrom}.
   *
   * @throws CursorInvalidError
   */
  paginate<T>(rows: Iterable<T>, query: PageQuery<T>): Page<T>
  /**
   * A page of a source that can seek, such as an index of a database: only the
   * rows of the page are read, and one more.
   *
   * @throws CursorInvalidError, or what `rowsAfter` throws
   */
  paginateFrom<T>(rowsAfter: RowsAfter<T>, query: PageQuery<T>): Promise<Page<T>>
}

const SECRET_BYTES = 32
const TAG_BYTES = 16
/** A cursor from outside that is longer, in characters, is not looked at; keys stay far below. */
const CURSOR_MAX_LENGTH = 16_384

export function createCursors(random: Random): Cursors {
  const secret = random.bytes(SECRET_BYTES)
  const tag = (list: string, key: string): Uint8Array =>
    hmac(sha256, secret, new TextEncoder().encode(JSON.stringify([list, key]))).subarray(0, TAG_BYTES)
  const start = ({ list, page }: PageQuery<never>): PageStart => ({
    after: readCursor(page?.cursor ?? '', key => tag(list, key)),
    size: pageSize(page?.size ?? 0)
  })
  const pageOf = <T>({ taken, more }: Cut<T>, { list, keyOf }: PageQuery<T>): Page<T> => {
    const last = taken.at(-1)
    const key = last === undefined ? '' : keyOf(last)
    return { rows: taken, page: { nextCursor: more ? writeCursor(key, tag(list, key)) : '' } }
  }
  return {
    paginate: (rows, query) => pageOf(cutAll(rows, query.keyOf, start(query)), query),
    async paginateFrom(rowsAfter, query) {
      const { after, size } = start(query)
      return pageOf(cut([...(await rowsAfter(after, size + 1))], size), query)
    }
  }
}

interface PageStart {
  after: string | undefined
  size: number
}

function pageSize(asked: number): number {
  return asked === 0 ? PAGE_DEFAULT_SIZE : Math.min(asked, PAGE_MAX_SIZE)
}

interface Cut<T> {
  taken: T[]
  more: boolean
}

function cut<T>(rows: T[], size: number): Cut<T> {
  return { taken: rows.slice(0, size), more: rows.length > size }
}

function cutAll<T>(rows: Iterable<T>, keyOf: (row: T) => string, { after, size }: PageStart): Cut<T> {
  const keyed = Array.from(rows, row => ({ key: keyOf(row), row }))
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after)
  // by code unit, as > compares: a locale's order would not be the same everywhere
  rest.sort((a, b) => (a.key < b.key ? -1 : 1))
  const { taken, more } = cut(rest, size)
  return { taken: taken.map(({ row }) => row), more }
}

// as JSON: every string comes back as it was, half a surrogate pair too
function writeCursor(key: string, tag: Uint8Array): string {
  return toBase64Url(new Uint8Array([...tag, ...new TextEncoder().encode(JSON.stringify(key))]))
}

function readCursor(cursor: string, tagOf: (key: string) => Uint8Array): string | undefined {
  if (cursor === '') return undefined
  const { tag, key } = contentOf(cursor)
  if (!isSame(tagOf(key), tag)) throw invalidCursor()
  return key
}

function contentOf(cursor: string): { tag: Uint8Array; key: string } {
  if (cursor.length > CURSOR_MAX_LENGTH) throw invalidCursor()
  try {
    const bytes = fromBase64Url(cursor)
    const key: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(TAG_BYTES)))
    return { tag: bytes.subarray(0, TAG_BYTES), key: String(key) }
  } catch (error) {
    throw invalidCursor(error)
  }
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, byte => String.fromCodePoint(byte)).join(''))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, character => character.codePointAt(0) ?? 0)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.reduce((difference, byte, index) => difference | (byte ^ (b[index] ?? 0)), 0) === 0
}

function invalidCursor(cause?: unknown): CursorInvalidError {
  return new CursorInvalidError('this cursor is not one of this list', {
    hint: 'ask for the first page again: cursors end when the node restarts',
    cause
  })
}
