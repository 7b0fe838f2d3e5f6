import { expect, test } from 'vitest'
import { FUNCTIONS, LEVELS } from '../../src/index.ts'
import { FunctionMatrix } from '../../src/model/matrix.ts'

/** Levels that may, from `peer` to `ultimate`: rows F4.50-F4.63. */
const DOCUMENT: Record<string, string> = {
  'use-for-bootstrap': '--xxx',
  'connect-on-startup': '---xx',
  'hold-and-reconnect': '---xx',
  'used-for-autonat': '-xxxx',
  'bulk-data-sync': '-xxxx',
  'query-all-ipns': '----x',
  'peer-exchange': '--xxx',
  'offer-relay': '---xx',
  'use-as-relay': '-xxxx',
  'redistribute-ipns': '---xx',
  'remote-resolve-ipns': '---xx',
  'remote-put-dht': '---xx',
  'remote-fetch-dht': '---xx',
  'remote-fetch-cid': '---xx'
}

function marks(matrix: FunctionMatrix, name: string): string {
  return LEVELS.map(level => (matrix.allows(name, level) ? 'x' : '-')).join('')
}

test('the default is the matrix of the document; strangers have nothing of it, the blocked nothing at all', () => {
  const matrix = new FunctionMatrix()
  const fourteen = matrix.rows.slice(0, 14)
  expect(Object.fromEntries(fourteen.map(row => [row.function, marks(matrix, row.function)]))).toEqual(
    Object.fromEntries(Object.entries(DOCUMENT).map(([name, cells]) => [name, `--${cells}`]))
  )
  expect(fourteen.filter(row => row.description === '' || row.overridden)).toEqual([])
  expect(Object.keys(FUNCTIONS)).toEqual(Object.keys(DOCUMENT))
})

test.each([
  ['admin', '------x'],
  ['connect', '-xxxxxx'],
  ['protocol:/x/1', '-xxxxxx'],
  ['tunnel:web', '-------'],
  ['of-a-plugin', '-------'],
  ['__proto__', '-------'],
  ['constructor', '-------']
])('%s is by default %s', (name, cells) => {
  expect(marks(new FunctionMatrix(), name)).toBe(cells)
})

test('the config gives the lowest level, or all levels; what nobody knows is shown', () => {
  const matrix = new FunctionMatrix({
    'offer-relay': 'none',
    'use-as-relay': ['peer', 'ultimate'],
    admin: [],
    'protocol:/x/1': 'trusted',
    'of-a-plugin': 'advanced'
  })
  expect(marks(matrix, 'offer-relay')).toBe('-xxxxxx')
  expect(marks(matrix, 'use-as-relay')).toBe('--x---x')
  expect(marks(matrix, 'admin')).toBe('-------')
  expect(marks(matrix, 'protocol:/x/1')).toBe('----xxx')
  expect(matrix.rows.filter(row => row.overridden).map(row => row.function)).toEqual(
    ['use-as-relay', 'offer-relay', 'admin', 'protocol:/x/1', 'of-a-plugin'].sort(
      (a, b) => order(matrix, a) - order(matrix, b)
    )
  )
  expect(matrix.row('of-a-plugin')).toMatchObject({ description: 'a function of a plugin', overridden: true })
})

function order(matrix: FunctionMatrix, name: string): number {
  return matrix.rows.findIndex(row => row.function === name)
}

test('nothing lifts the blocked, and nothing changes the matrix', () => {
  const matrix = new FunctionMatrix({ connect: ['blocked', 'none'] })
  expect(marks(matrix, 'connect')).toBe('-x-----')
  expect(Object.isFrozen(matrix.rows) && matrix.rows.every(row => Object.isFrozen(row.allowed))).toBe(true)
})

test('names that remotes make up do not pile up', () => {
  const matrix = new FunctionMatrix()
  for (let index = 0; index < 5_000; index++) matrix.allows(`tunnel:${index}`, 'ultimate')
  expect(matrix.rows).toHaveLength(21)
  expect(matrix.answer('tunnel:7', 'peer').reason).toBe('tunnel:7 is denied at level peer')
})
