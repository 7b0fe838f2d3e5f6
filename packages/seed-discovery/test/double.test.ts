import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect, it } from 'vitest'
import { ManualClock, until } from '@waystone/kit/testing'
import { closeDouble } from '../src/double.ts'
import { newKey, startSeeding } from './network.ts'
import { ALL, TrustDouble } from './trust-double.ts'
import type { Connection } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { DoubleInit } from '../src/double.ts'

const portlessAddress = (node: Libp2p): string =>
  node
    .getMultiaddrs()[0]
    ?.toString()
    .replace(/\/p2p\/.*/, '') ?? ''

it('make one connection of two seeds that have each other in their configs and dial in the same moment', async () => {
  const trusts = [new TrustDouble(), new TrustDouble()]
  const nodes = await Promise.all(trusts.map(async trust => startSeeding({ seeds: [], trust })))
  let opened = 0
  for (const node of nodes) node.addEventListener('connection:open', () => void opened++)
  for (const [index, trust] of trusts.entries()) {
    const other = nodes[1 - index]!
    trust.tell([{ peer: other.peerId, addresses: [portlessAddress(other)], functions: ALL }])
  }
  await until(() => opened === 4)
  await until(() => nodes.every(node => node.getConnections().length === 1))
  const directions = nodes.map(node => node.getConnections()[0]?.direction)
  expect(directions.toSorted()).toEqual(['inbound', 'outbound'])
})

interface Ends {
  /** Opened by the peer. */
  other: { direction: string; status: string; limits?: object }
  streams: { protocol: string; status: string }[]
  closed: number
  clock: ManualClock
  ending: AbortController
}

/** A node of the higher, or the lower, id that has just dialled a peer which has dialled it. */
async function dialledTwice({ isHigher = true, streams = [] as Ends['streams'] } = {}): Promise<Ends> {
  const ids = (await Promise.all([newKey(), newKey()])).map(key => peerIdFromPrivateKey(key))
  const [low, high] = ids.toSorted((a, b) => (a.toString() < b.toString() ? -1 : 1))
  const [self, remotePeer] = isHigher ? [high, low] : [low, high]
  const other: Ends['other'] = { direction: 'inbound', status: 'open' }
  const [clock, ending] = [new ManualClock(), new AbortController()]
  const ends = { other, streams, closed: 0, clock, ending }
  const own = { direction: 'outbound', status: 'open', remotePeer, streams, close: async () => void ends.closed++ }
  const connectionManager = { getConnections: () => [own, other] }
  const init = { self, connectionManager, clock, signal: ending.signal } as unknown as DoubleInit
  void closeDouble(own as unknown as Connection, init)
  return ends
}

it('closes only the one that the higher id opened', async () => {
  const [higher, lower] = await Promise.all([dialledTwice(), dialledTwice({ isHigher: false })])
  for (const { clock } of [higher, lower]) await clock.advance(60_000)
  expect([higher.closed, lower.closed]).toEqual([1, 0])
})

it('waits as long as anything runs over it, and lets it be if the other one ends', async () => {
  const [idle, left] = await Promise.all(
    [0, 1].map(async () => dialledTwice({ streams: [{ protocol: '/x', status: 'open' }] }))
  )
  for (const { clock } of [idle!, left!]) await clock.advance(600_000)
  expect([idle!.closed, left!.closed]).toEqual([0, 0])
  left!.other.status = 'closed'
  for (const { streams } of [idle!, left!]) streams.pop()
  for (const { clock } of [idle!, left!]) await clock.advance(1_000)
  expect([idle!.closed, left!.closed, idle!.clock.pending, left!.clock.pending]).toEqual([1, 0, 0, 0])
})

it('leaves no timer when it is stopped', async () => {
  const { clock, ending, closed } = await dialledTwice({ streams: [{ protocol: '/x', status: 'open' }] })
  await clock.advance(5_000)
  ending.abort()
  await clock.advance(0)
  expect([clock.pending, closed]).toEqual([0, 0])
})
