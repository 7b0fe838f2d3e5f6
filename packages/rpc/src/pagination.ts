import { base64Decode, base64Encode } from '@bufbuild/protobuf/wire'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { PAGE_DEFAULT_SIZE, PAGE_MAX_SIZE } from '@waystone/wire/rpc'
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

/**
 * Cuts lists into pages. A cursor holds the key of the last row that was given,
 * so that rows may come and go between two pages: no other row is skipped or doubled.
 */
export interface Cursors {
  /** @throws CursorInvalidError */
  paginate<T>(rows: Iterable<T>, query: PageQuery<T>): Page<T>
}

const SECRET_BYTES = 32
const TAG_BYTES = 16

export function createCursors(random: Random): Cursors {
  const secret = random.bytes(SECRET_BYTES)
  const tag = (list: string, key: string): Uint8Array =>
    hmac(sha256, secret, new TextEncoder().encode(JSON.stringify([list, key]))).subarray(0, TAG_BYTES)
  return {
    paginate(rows, query) {
      const after = readCursor(query.page?.cursor ?? '', key => tag(query.list, key))
      const { taken, more } = takePage(rows, { ...query, after, size: pageSize(query.page?.size ?? 0) })
      const last = taken.at(-1)
      const next = more && last !== undefined ? writeCursor(last.key, tag(query.list, last.key)) : ''
      return { rows: taken.map(({ row }) => row), page: { nextCursor: next } }
    }
  }
}

function pageSize(asked: number): number {
  return asked === 0 ? PAGE_DEFAULT_SIZE : Math.min(asked, PAGE_MAX_SIZE)
}

interface Cut<T> {
  keyOf: (row: T) => string
  after: string | undefined
  size: number
}

interface KeyedRow<T> {
  key: string
  row: T
}

function takePage<T>(rows: Iterable<T>, { keyOf, after, size }: Cut<T>): { taken: KeyedRow<T>[]; more: boolean } {
  const keyed = Array.from(rows, row => ({ key: keyOf(row), row }))
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after)
  // by code unit, as > compares: a locale's order would not be the same everywhere
  rest.sort((a, b) => (a.key < b.key ? -1 : 1))
  return { taken: rest.slice(0, size), more: rest.length > size }
}

function writeCursor(key: string, tag: Uint8Array): string {
  return base64Encode(new Uint8Array([...tag, ...new TextEncoder().encode(key)]), 'url')
}

function readCursor(cursor: string, tagOf: (key: string) => Uint8Array): string | undefined {
  if (cursor === '') return undefined
  const bytes = bytesOf(cursor)
  const key = new TextDecoder().decode(bytes.subarray(TAG_BYTES))
  const expected = tagOf(key)
  if (bytes.length < TAG_BYTES || !isSame(expected, bytes.subarray(0, TAG_BYTES))) throw invalidCursor()
  return key
}

function bytesOf(cursor: string): Uint8Array {
  try {
    return base64Decode(cursor)
  } catch (error) {
    throw invalidCursor(error)
  }
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
