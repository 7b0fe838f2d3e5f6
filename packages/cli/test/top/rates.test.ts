import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ordered } from '../../src/top/order.ts'
import { ratesBetween } from '../../src/top/rates.ts'
import { snapshot } from './snapshots.ts'
import type { Order } from '../../src/top/order.ts'

/** What a uint64 holds. */
const counter = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

describe('rates between two snapshots', () => {
  it('are bytes a second, of the node and of each connection', () => {
    const earlier = snapshot({
      atMs: 1_000,
      node: { bytesReceived: 100n, bytesSent: 10n },
      connections: [{ id: 'a', bytesReceived: 50n, bytesSent: 5n }, { id: 'gone' }]
    })
    const later = snapshot({
      atMs: 3_000,
      node: { bytesReceived: 300n, bytesSent: 10n },
      connections: [
        { id: 'a', bytesReceived: 150n, bytesSent: 5n },
        { id: 'new', bytesReceived: 8n }
      ]
    })
    expect(ratesBetween(earlier, later)).toEqual({
      total: { received: 100, sent: 0 },
      connections: new Map([
        ['a', { received: 50, sent: 0 }],
        ['new', { received: 4, sent: 0 }]
      ])
    })
  })

  it('are not known at first, without time in between, and across a restart', () => {
    expect(ratesBetween(undefined, snapshot())).toBeUndefined()
    expect(ratesBetween(snapshot(), snapshot())).toBeUndefined()
    expect(ratesBetween(snapshot(), snapshot({ atMs: 1_000, node: { startedAtMs: 1n } }))).toBeUndefined()
  })

  it('are never negative and never more than all bytes', () => {
    fc.assert(
      fc.property(counter, counter, fc.integer({ min: 1, max: 1e6 }), (before, after, ms) => {
        const of = (bytes: bigint) => [{ id: 'a', bytesReceived: bytes }]
        const [earlier, later] = [snapshot({ connections: of(before) }), snapshot({ atMs: ms, connections: of(after) })]
        const { received = -1 } = ratesBetween(earlier, later)?.connections.get('a') ?? {}
        expect(received).toBeGreaterThanOrEqual(0)
        expect(received).toBeLessThanOrEqual(Number(after) / (ms / 1_000))
      })
    )
  })
})

it.each([
  ['bytes', 'bca'],
  ['name', 'acb'],
  ['age', 'cba']
] as const)('sorted by %s: %s', (order: Order, ids) => {
  const { connections } = snapshot({
    connections: [
      { id: 'a', peer: 'A', openedAtMs: 30n },
      { id: 'b', peer: 'C', openedAtMs: 20n },
      { id: 'c', peer: 'B', openedAtMs: 10n, bytesSent: 1n }
    ]
  })
  const rates = { total: { received: 0, sent: 0 }, connections: new Map([['b', { received: 1, sent: 0 }]]) }
  expect(
    ordered(connections, order, rates)
      .map(({ id }) => id)
      .join('')
  ).toBe(ids)
})
