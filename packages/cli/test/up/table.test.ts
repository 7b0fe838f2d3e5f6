import { describe, expect, it } from 'vitest'
import { renderTable, shorten } from '../../src/up/table.ts'
import type { NodeRow } from '../../src/up/table.ts'

const row: NodeRow = {
  name: 'relay-1',
  state: 'ready',
  peerId: '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp',
  address: '/ip4/127.0.0.1/tcp/1',
  addressCount: 2,
  peers: 6,
  path: 'direct',
  adminUrl: 'http://127.0.0.1:2'
}

describe('the table of waystone up', () => {
  it('aligns columns below their headings', () => {
    expect(renderTable([row, { ...row, name: 'seed-1', state: 'starting', addressCount: 1 }], Infinity)).toEqual([
      'node     state     peer id    peers  path    address                    admin',
      'relay-1  ready     …dC6D6oLp  6      direct  /ip4/127.0.0.1/tcp/1 (+1)  http://127.0.0.1:2',
      'seed-1   starting  …dC6D6oLp  6      direct  /ip4/127.0.0.1/tcp/1       http://127.0.0.1:2'
    ])
  })

  it.each([
    [10, []],
    [50, ['node', 'state', 'path', 'address']],
    [60, ['node', 'state', 'peer id', 'path', 'address']],
    [70, ['node', 'state', 'peer id', 'peers', 'path', 'address']],
    [88, ['node', 'state', 'peer id', 'peers', 'path', 'address', 'admin']]
  ])('fits a terminal of %d characters', (width, headings) => {
    const lines = renderTable([row], width)
    expect(lines.every(line => line.length <= width)).toBe(true)
    if (headings.length > 0) expect(lines[0]?.split(/  +/)).toEqual(headings)
  })

  it('keeps the admin URL in a wide terminal, and shows where an address was cut', () => {
    const long = {
      ...row,
      address: `/ip4/127.0.0.1/tcp/1/p2p/…dC6D6oLp/p2p-circuit`,
      path: 'relayed via relay-1, relay-2'
    }
    const [, line = ''] = renderTable([long], 120)
    expect(line).toHaveLength(120)
    expect(line).toMatch(/\/ip4\/127\.0\.0\.1\/\S+…  http:\/\/127\.0\.0\.1:2$/)
  })

  it('keeps short names whole', () => expect(shorten('peer-1')).toBe('peer-1'))
})
