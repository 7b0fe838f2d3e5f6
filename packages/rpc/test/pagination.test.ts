import { seededRandom } from '@waystone/kit/testing'
import { PAGE_DEFAULT_SIZE, PAGE_MAX_SIZE } from '@waystone/wire'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCursors } from '../src/index.ts'
import type { Page, PageQuery } from '../src/index.ts'

const cursors = createCursors(seededRandom(1))
const keyOf = (row: string): string => row

type List = (rows: string[], query: PageQuery<string>) => Promise<Page<string>>

/** The same convention by both ways in. */
const lists: Record<string, List> = {
  paginate: async (rows, query) => cursors.paginate(rows, query),
  paginateFrom: async (rows, query) =>
    cursors.paginateFrom((after, count) => {
      const sorted = rows.toSorted((a, b) => (a < b ? -1 : 1))
      return sorted.filter(row => after === undefined || row > after).slice(0, count)
    }, query)
}

function ask(size: number, cursor = ''): PageQuery<string> {
  return { list: 'rooms', page: { size, cursor }, keyOf }
}

describe.each(Object.entries(lists))('%s', (_, list) => {
  const rows = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 6 }), { maxLength: 40 })

  it('gives every row that stays exactly once, whatever comes and goes between two pages', async () => {
    const changes = fc.array(fc.record({ insert: rows, remove: fc.array(fc.nat()) }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(rows, changes, fc.integer({ min: 1, max: 7 }), async (start, steps, size) => {
        const present = new Set(start)
        const stayed = new Set(start)
        const seen: string[] = []
        for (let cursor: string | undefined = ''; cursor !== undefined;) {
          const page: Page<string> = await list([...present], ask(size, cursor))
          seen.push(...page.rows)
          cursor = page.page.nextCursor === '' ? undefined : page.page.nextCursor
          const { insert = [], remove = [] } = steps.shift() ?? {}
          for (const row of insert) present.add(row)
          for (const index of remove) {
            const gone = [...present][index % Math.max(1, present.size)]
            if (gone !== undefined && present.delete(gone)) stayed.delete(gone)
          }
        }
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual(seen.toSorted((a, b) => (a < b ? -1 : 1)))
        for (const row of stayed) expect(seen).toContain(row)
      })
    )
  })

  it('takes its own cursors, whatever the key', async () => {
    const key = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '\ufeffa', '"', '\0'))
    await fc.assert(
      fc.asyncProperty(key, async first => {
        const all = [first, `${first}x`]
        const { page } = await list(all, ask(1))
        expect((await list(all, ask(1, page.nextCursor))).rows).toEqual([`${first}x`])
      })
    )
  })

  it('refuses a cursor that was changed, made up, or is of another list', async () => {
    const all = ['a', 'b', 'c']
    const { nextCursor } = (await list(all, ask(1))).page
    const refused = { name: 'CursorInvalidError', hint: expect.any(String) }
    await expect(list(all, { ...ask(1, nextCursor), list: 'others' })).rejects.toMatchObject(refused)
    const other = createCursors(seededRandom(2)).paginate(all, ask(1)).page.nextCursor
    await expect(list(all, ask(1, other))).rejects.toMatchObject(refused)
    await expect(list(all, ask(1, 'a'.repeat(100_000)))).rejects.toMatchObject(refused)
    await fc.assert(
      fc.asyncProperty(fc.nat(nextCursor.length - 1), fc.base64String({ minLength: 1 }), async (at, made) => {
        const flipped = nextCursor[at] === 'A' ? 'B' : 'A'
        const changed = nextCursor.slice(0, at) + flipped + nextCursor.slice(at + 1)
        await expect(list(all, ask(1, changed))).rejects.toMatchObject(refused)
        await expect(list(all, ask(1, made))).rejects.toMatchObject(refused)
      })
    )
  })

  it('cuts pages to the largest size, and has a size of its own', async () => {
    const all = Array.from({ length: 3_000 }, (_row, index) => String(index))
    expect((await list(all, ask(4_294_967_295))).rows).toHaveLength(PAGE_MAX_SIZE)
    expect((await list(all, ask(0))).rows).toHaveLength(PAGE_DEFAULT_SIZE)
    expect((await list(all, { ...ask(0), page: undefined })).rows).toHaveLength(PAGE_DEFAULT_SIZE)
  })

  it('has an empty cursor on the last page, and on that of no rows', async () => {
    expect((await list(['a', 'b'], ask(2))).page.nextCursor).toBe('')
    expect(await list([], ask(2))).toEqual({ rows: [], page: { nextCursor: '' } })
  })
})

it('paginateFrom reads no more than a page and one row', async () => {
  const asked: number[] = []
  await cursors.paginateFrom((_, count) => (asked.push(count), []), ask(10))
  expect(asked).toEqual([11])
})
