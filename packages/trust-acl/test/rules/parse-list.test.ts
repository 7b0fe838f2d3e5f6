import { nameOf } from '@waystone/kit/error-fields'
import { describe, expect, test } from 'vitest'
import { MAX_LIST_LINES } from '../../src/rules/constants.ts'
import { parseIp } from '../../src/rules/ip.ts'
import { parseList } from '../../src/rules/parse-list.ts'

async function failureOf(text: string, tolerated = 0): Promise<unknown> {
  return await parseList(text, { tolerated }).then(
    () => undefined,
    (error: unknown) => error
  )
}

test('the formats of public lists are read', async () => {
  const text = [
    '; Spamhaus DROP List',
    '1.10.16.0/20 ; SBL256894',
    '# plain ones',
    '203.0.113.7',
    '',
    '   2001:db8::/32\t# a comment',
    '198.51.100.0/24;SBL1\r',
    '192.0.2.1 '
  ].join('\n')
  const { networks, faults } = await parseList(text)
  expect([networks.size, faults]).toEqual([5, 0])
})

describe('what is no list', () => {
  test.each([
    '<!doctype html>\n<html></html>',
    '{"cidr":"1.10.16.0/20"}',
    'example.org',
    '1.2.3.4 5.6.7.8',
    '\0\0\0\0',
    '1.2.3.4\n1.2.3.999',
    'a'.repeat(8_000_000)
  ])('is refused, with the line: %.20s', async text => {
    const failure = await failureOf(text)
    expect(nameOf(failure)).toBe('RuleListInvalidError')
    expect(String(failure)).toMatch(/line \d+ is no IP or network/)
    expect(String(failure).length).toBeLessThan(200)
  })

  test('is refused for one line too many', async () => {
    expect(nameOf(await failureOf('\n'.repeat(MAX_LIST_LINES + 1)))).toBe('RuleListTooLargeError')
    expect(await failureOf('\n'.repeat(MAX_LIST_LINES))).toBeUndefined()
  })

  test('may be tolerated to a part', async () => {
    const lines = Array.from({ length: 99 }, (_, at) => `192.0.2.${at}`)
    expect((await parseList([...lines, 'oops'].join('\n'), { tolerated: 0.01 })).faults).toBe(1)
    expect(nameOf(await failureOf([...lines, 'oops', 'oops'].join('\n'), 0.01))).toBe('RuleListInvalidError')
  })
})

test('reading a long list lets others have their turn, and stops with the signal', async () => {
  const text = '192.0.2.1\n'.repeat(MAX_LIST_LINES)
  const controller = new AbortController()
  let turns = 0
  const count = (): void => {
    if (++turns === 5) controller.abort(new Error('enough'))
    else setImmediate(count)
  }
  setImmediate(count)
  await expect(parseList(text, { signal: controller.signal })).rejects.toThrow('enough')
})

test('a large list finds every one of its networks', async () => {
  const text = Array.from({ length: 100_000 }, (_, at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`).join('\n')
  const { networks } = await parseList(text)
  const inside = parseIp('10.1.134.159')
  const outside = parseIp('10.1.134.160')
  expect(inside && networks.find(inside)).toBe(32)
  expect(outside && networks.find(outside)).toBeUndefined()
})
