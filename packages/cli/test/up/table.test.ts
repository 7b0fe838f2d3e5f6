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

  it('fits the terminal', () => {
    expect(renderTable([row], 20).every(line => line.length <= 20)).toBe(true)
  })

  it('keeps short names whole', () => expect(shorten('peer-1')).toBe('peer-1'))
})
