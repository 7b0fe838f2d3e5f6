import { endDeniedSymbol } from '@waystone/interface'
import { until } from '@waystone/kit/testing'
import { afterEach, expect, test } from 'vitest'
import { BITSWAP_PROTOCOL } from '../src/index.ts'
import { cleanUp, contentNode, introduce, trusting } from './nodes.ts'
import { answerWith, presenceMessage, rawCidOf, rawPeer, sendMessages, streamTo, wantMessage } from './raw-peer.ts'
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'

afterEach(cleanUp)

const BLOCK = new Uint8Array(2 * 1024 * 1024).map((_, index) => index * 3)

/** A node that has a block, and two peers of which one may lose the function. */
async function setUp() {
  const denied = new Set<string>()
  const trust = trusting(peer => !denied.has(peer.toString()))
  const [node, peer, other] = [await contentNode({ trust }), await rawPeer(), await rawPeer()]
  const deny = (...peers: Libp2p[]) => {
    for (const { peerId } of peers) denied.add(peerId.toString())
    return node.services.content[endDeniedSymbol](
      (subject, name) => name === 'bulk-data-sync' && !denied.has(subject.toString())
    )
  }
  return { node, peer, other, deny }
}

function ended(...peers: Libp2p[]): { peer: PeerId; trustFunction: string }[] {
  return peers.map(({ peerId }) => ({
    peer: expect.toSatisfy(one => peerId.equals(one)),
    trustFunction: 'bulk-data-sync'
  }))
}

function streams(node: Libp2p, peer: Pick<Libp2p, 'peerId'>, direction: Stream['direction']): Stream[] {
  const all = node.getConnections(peer.peerId).flatMap(connection => connection.streams)
  return all.filter(stream => stream.protocol === BITSWAP_PROTOCOL && stream.direction === direction)
}

async function isReset(stream: Stream): Promise<boolean> {
  await until(() => stream.status !== 'open' && stream.status !== 'closing')
  return stream.status === 'reset'
}

test('who loses the function loses its open streams at once, and nobody else does', async () => {
  const { node, peer, other, deny } = await setUp()
  const [mine, theirs] = [await streamTo(peer, node), await streamTo(other, node)]
  for (const stream of [mine, theirs]) stream.send(Uint8Array.of(100, 1))
  await until(() => streams(node, peer, 'inbound').length + streams(node, other, 'inbound').length === 2)
  expect(deny()).toEqual([])
  expect(deny(peer)).toEqual(ended(peer))
  expect(streams(node, peer, 'inbound')).toEqual([])
  expect(await isReset(mine)).toBe(true)
  expect(theirs.status).toBe('open')
  expect(deny()).toEqual([])
})

test('a block that is on its way to somebody who loses the function is cut off', async () => {
  const { node, peer, deny } = await setUp()
  const taken = Promise.withResolvers<Stream>()
  // who never reads keeps the rest of the block with the sender
  await peer.handle(BITSWAP_PROTOCOL, stream => {
    stream.pause()
    taken.resolve(stream)
  })
  await node.services.content.putBlock(await rawCidOf(BLOCK), BLOCK)
  await sendMessages(peer, node, wantMessage((await rawCidOf(BLOCK)).bytes))
  const stream = await taken.promise
  await until(() => streams(node, peer, 'outbound').some(one => one.writeBufferLength > 0 || one.writableNeedsDrain))
  expect(deny(peer)).toEqual(ended(peer))
  expect(streams(node, peer, 'outbound')).toEqual([])
  stream.resume()
  expect(await isReset(stream)).toBe(true)
})

test('what somebody wanted before it lost the function is forgotten', async () => {
  const { node, peer, other, deny } = await setUp()
  const [seen, seenByOther] = [await answerWith(peer), await answerWith(other)]
  const cid = await rawCidOf(BLOCK.subarray(0, 100))
  for (const one of [peer, other]) await sendMessages(one, node, wantMessage(cid.bytes))
  await until(() => streams(node, peer, 'inbound').length + streams(node, other, 'inbound').length === 0)
  // both were told that it is not here
  await until(() => seen.asked === 1 && seenByOther.asked === 1)
  expect(deny(peer)).toEqual(ended(peer))
  await node.services.content.putBlock(cid, BLOCK.subarray(0, 100))
  await until(() => seenByOther.asked === 2)
  expect(seen.asked).toBe(1)
})

test('whom this node asks may go on answering, also without the function', async () => {
  const { node, peer, deny } = await setUp()
  const cid = await rawCidOf(BLOCK)
  const asked = await answerWith(peer)
  await introduce(node, peer)
  const giveUp = new AbortController()
  const fetching = node.services.content.getBlock(cid, { from: [peer.peerId], signal: giveUp.signal })
  await until(() => asked.asked === 1)
  const answering = await streamTo(peer, node)
  answering.send(Uint8Array.of(100, 1))
  await until(() => streams(node, peer, 'inbound').length > 0)
  expect(deny(peer)).toEqual([])
  expect(answering.status).toBe('open')
  giveUp.abort(new Error('enough'))
  await expect(fetching).rejects.toThrow('enough')
  expect(deny()).toEqual(ended(peer))
  expect(await isReset(answering)).toBe(true)
})

test('no more than 64 streams are read at once, of all peers together', async () => {
  const node = await contentNode()
  const sent: Stream[] = []
  const open = (): Stream[] =>
    node.getConnections().flatMap(connection => streams(node, { peerId: connection.remotePeer }, 'inbound'))
  for (let count = 0; count < 4; count++) {
    const peer = await rawPeer()
    for (let stream = 0; stream < 16; stream++) sent.push(await streamTo(peer, node))
  }
  for (const stream of sent) stream.send(Uint8Array.of(100, 1))
  await until(() => open().length === 64)
  const late = await rawPeer()
  const seen = await answerWith(late)
  expect(await isReset(await streamTo(late, node))).toBe(true)
  expect(sent.every(({ status }) => status === 'open')).toBe(true)
  sent[0]?.abort(new Error('enough'))
  await until(() => open().length === 63)
  await sendMessages(late, node, wantMessage((await rawCidOf(BLOCK)).bytes), presenceMessage(true))
  await until(() => seen.asked > 0)
})
