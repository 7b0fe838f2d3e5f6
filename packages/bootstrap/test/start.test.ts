import { createServer } from 'node:net'
import { MemoryDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, until } from '@waystone/kit/testing'
import {
  DIAL_TIMEOUT_MS,
  GOOD_AFTER_MS,
  GOOD_PEER_AGE_MS,
  GOOD_PEERS_PREFIX,
  LOOK_AGAIN_MS,
  PATIENT_STARTS,
  START_MS
} from '../src/constants.ts'
import { connect, isConnected, startPeer } from './peers.ts'
import { newPeer } from './records.ts'
import type { AddressInfo } from 'node:net'
import type { Datastore } from 'interface-datastore'
import type { TestPeer, TestPeerInit } from './peers.ts'

const goodIds = ({ node }: TestPeer): string[] => node.services.bootstrap.goodPeers().map(({ id }) => id)
const idOf = ({ node }: TestPeer): string => node.peerId.toString()

async function startPeers(count: number, init: TestPeerInit = {}): Promise<TestPeer[]> {
  return Promise.all(Array.from({ length: count }, async () => startPeer(init)))
}

type Remembering = TestPeerInit & { datastore: Datastore }

/** An edge that has been in a network of these, and was stopped. */
async function remembering(peers: readonly TestPeer[], init: TestPeerInit = {}): Promise<Remembering> {
  const known = { key: await generateKeyPair('Ed25519'), datastore: new MemoryDatastore(), ...init }
  const edge = await startPeer(known)
  await connect(edge, ...peers)
  await until(() => goodIds(edge).length === peers.length)
  await edge.node.stop()
  return known
}

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const GOOD = { addresses: ['/ip4/8.8.8.8/tcp/1'], meetings: 1, failures: 0, answers: true }

async function putRow(datastore: Datastore, id: string, row: unknown): Promise<void> {
  await datastore.put(new Key(`${GOOD_PEERS_PREFIX}/${id}`), new TextEncoder().encode(JSON.stringify(row)))
}

async function rowsIn(datastore: Datastore): Promise<{ id: string; failures: unknown }[]> {
  const rows: { id: string; failures: unknown }[] = []
  for await (const { key, value } of datastore.query({ prefix: GOOD_PEERS_PREFIX })) {
    const { failures }: { failures?: unknown } = JSON.parse(new TextDecoder().decode(value))
    rows.push({ id: key.baseNamespace(), failures })
  }
  return rows
}

/** Whether the start is over. */
function settling({ node }: TestPeer): { settled: Promise<void>; isSettled: () => boolean } {
  let isOver = false
  const settled = node.services.bootstrap.settled().then(() => void (isOver = true))
  return { settled, isSettled: () => isOver }
}

it('remembers peers that it dialled and that lasted, and nobody who came by himself', async () => {
  const clock = new ManualClock()
  const [edge, lasting, leaving, visitor] = [
    await startPeer({ clock, goodAfterMs: GOOD_AFTER_MS }),
    ...(await startPeers(3))
  ]
  if (lasting === undefined || leaving === undefined || visitor === undefined) return
  await connect(edge, lasting, leaving)
  await connect(visitor, edge)
  await until(async () => (await edge.node.peerStore.get(lasting.node.peerId)).protocols.length > 0)
  await clock.advance(GOOD_AFTER_MS / 2)
  expect(goodIds(edge)).toEqual([])
  await edge.node.hangUp(leaving.node.peerId)
  await clock.advance(GOOD_AFTER_MS)
  await until(() => goodIds(edge).length > 0)
  expect(goodIds(edge)).toEqual([idOf(lasting)])
})

it('starts from them without anybody else', async () => {
  const peers = await startPeers(8)
  const edge = await startPeer(await remembering(peers))
  await edge.node.services.bootstrap.settled()
  expect(edge.node.services.bootstrap.isEnough()).toBe(true)
  expect(peers.filter(peer => isConnected(edge, peer)).length).toBeGreaterThanOrEqual(4)
  expect(edge.counted('start', 'good_peers')).toBe(1)
})

it('waits for those that are coming up, as where a whole network restarts', async () => {
  const keys = await Promise.all(Array.from({ length: 4 }, async () => generateKeyPair('Ed25519')))
  const peers = await Promise.all(keys.map(async key => startPeer({ key })))
  const known = await remembering(peers)
  const ports = peers.map(({ node }) => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value))
  for (const { node } of peers) await node.stop()
  const edge = await startPeer(known)
  await until(() => edge.counted('first_dials', 'failed') === 4)
  for (const [index, key] of keys.entries()) await startPeer({ key, port: ports[index] ?? 0 })
  await edge.node.services.bootstrap.settled()
  expect(edge.node.services.bootstrap.isEnough()).toBe(true)
})

it('does not count seeds among them, nor dials these for it', async () => {
  const peers = await startPeers(6)
  const known = await remembering(peers)
  const seeds = peers.slice(0, 3)
  const edge = await startPeer(known)
  await edge.node.stop()
  for (const seed of seeds) edge.trust.addSeed(seed.node.peerId)
  const again = await startPeer({ ...known, trust: edge.trust })
  await again.node.services.bootstrap.settled()
  expect(again.node.services.bootstrap.isEnough()).toBe(false)
  expect(seeds.filter(seed => isConnected(again, seed))).toEqual([])
  expect(again.counted('start', 'too_few')).toBe(1)
})

it('is done in three seconds with those that refuse, and ranks them lower', async () => {
  const peers = await startPeers(4)
  const known = await remembering(peers)
  for (const { node } of peers) await node.stop()
  const edge = await startPeer(known)
  await edge.node.services.bootstrap.settled()
  expect(edge.node.services.bootstrap.isEnough()).toBe(false)
  expect(edge.counted('first_dials', 'failed')).toBe(4)
  await edge.node.stop()
  const rows = await rowsIn(known.datastore)
  expect(rows.map(({ failures }) => failures)).toEqual([1, 1, 1, 1])
})

it('waits longer for those that take a connection: busy, where a whole network restarts; but not for ever', async () => {
  const silent = createServer()
  const greeted = new Promise(resolve => silent.once('connection', socket => socket.once('data', resolve)))
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const [clock, datastore] = [new ManualClock(), new MemoryDatastore()]
  await putRow(datastore, PEER, { ...GOOD, addresses: [`/ip4/127.0.0.1/tcp/${port}`], reachedAt: clock.now() })
  const edge = await startPeer({ datastore, clock })
  const { settled, isSettled } = settling(edge)
  await greeted
  await clock.advance(START_MS)
  await clock.advance(START_MS)
  expect(isSettled()).toBe(false)
  await clock.advance(DIAL_TIMEOUT_MS)
  await settled
  expect([edge.node.services.bootstrap.isEnough(), edge.counted('start', 'too_few')]).toEqual([false, 1])
})

it('waits longer for others when one is reached that can be asked', async () => {
  const peers = await startPeers(4)
  const known = await remembering(peers)
  for (const { node } of peers.slice(1)) await node.stop()
  const clock = new ManualClock()
  const edge = await startPeer({ ...known, clock })
  const { settled, isSettled } = settling(edge)
  await until(() => edge.node.services.bootstrap.hasOne())
  for (let starts = 1; starts < PATIENT_STARTS; starts++) await clock.advance(START_MS)
  expect(isSettled()).toBe(false)
  await clock.advance(START_MS)
  await settled
  expect(edge.node.services.bootstrap.isEnough()).toBe(false)
})

it('does not wait for more than there are', async () => {
  const peers = await startPeers(5)
  const init = { dhtProtocol: '/test/kad/1.0.0' }
  const edge = await startPeer({ ...(await remembering(peers, init)), clock: new ManualClock() })
  await edge.node.services.bootstrap.settled()
  expect([edge.node.services.bootstrap.hasOne(), edge.counted('start', 'too_few')]).toEqual([false, 1])
})

it('forgets who was not reached for two weeks, and removes what it cannot read', async () => {
  const [clock, datastore] = [new ManualClock(), new MemoryDatastore()]
  const now = clock.now()
  const broken = [
    { ...GOOD, reachedAt: now - GOOD_PEER_AGE_MS },
    { ...GOOD, reachedAt: now, addresses: ['nonsense'] },
    { ...GOOD, reachedAt: now, addresses: Array.from({ length: 9 }, () => '/ip4/8.8.8.8/tcp/1') },
    { ...GOOD, reachedAt: now, meetings: 'many' },
    { ...GOOD, reachedAt: now, more: 'x'.repeat(5_000) },
    'no row at all'
  ]
  for (const row of broken) await putRow(datastore, (await newPeer()).toString(), row)
  await putRow(datastore, 'not-a-peer-id', { ...GOOD, reachedAt: now })
  await putRow(datastore, PEER, { ...GOOD, reachedAt: now })
  const edge = await startPeer({ datastore, clock })
  expect(goodIds(edge)).toEqual([PEER])
  await edge.node.stop()
  expect((await rowsIn(datastore)).map(({ id }) => id)).toEqual([PEER])
})

it('keeps them when the machine starts with its clock behind, also those that it meets before that is set', async () => {
  const [clock, datastore] = [new ManualClock(), new MemoryDatastore()]
  const peer = await startPeer()
  const ids = [PEER, idOf(peer)].toSorted()
  const reachedAt = clock.now() + 3 * GOOD_PEER_AGE_MS
  for (const id of ids) await putRow(datastore, id, { ...GOOD, reachedAt })
  const edge = await startPeer({ datastore, clock })
  expect(goodIds(edge).toSorted()).toEqual(ids)
  await connect(edge, peer)
  await until(async () => {
    await clock.advance(LOOK_AGAIN_MS)
    return edge.node.services.bootstrap.goodPeers().some(({ addresses }) => addresses.length > 1)
  })
  await edge.node.stop()
  const later = new ManualClock(reachedAt + 60_000)
  const again = await startPeer({ datastore, clock: later })
  expect(goodIds(again).toSorted()).toEqual(ids)
})

it('never starts from the blocked', async () => {
  const peers = await startPeers(4)
  const known = await remembering(peers)
  const { trust } = await startPeer()
  for (const { node } of peers) trust.block(node.peerId)
  const edge = await startPeer({ ...known, trust })
  await edge.node.services.bootstrap.settled()
  expect(edge.node.getPeers()).toEqual([])
})

it('remembers nothing, and starts from nobody, when it is told so', async () => {
  const peers = await startPeers(4)
  const edge = await startPeer({ ...(await remembering(peers)), cache: false })
  await edge.node.services.bootstrap.settled()
  expect([edge.node.getPeers(), goodIds(edge)]).toEqual([[], []])
})

it('wants one that answers in the DHT, where there is one', async () => {
  const peers = await startPeers(5)
  const init = { dhtProtocol: '/test/kad/1.0.0' }
  const edge = await startPeer(await remembering(peers, init))
  await edge.node.services.bootstrap.settled()
  expect(edge.node.services.bootstrap.isEnough()).toBe(false)
  const [server] = peers
  await server?.node.handle(init.dhtProtocol, () => undefined)
  const next = await startPeer(await remembering(peers, init))
  await next.node.services.bootstrap.settled()
  expect(next.node.services.bootstrap.isEnough()).toBe(true)
})
