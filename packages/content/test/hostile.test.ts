import { logger } from '@libp2p/logger'
import { framed, systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { Admission } from '../src/bitswap/admission.ts'
import { AskedPeers } from '../src/bitswap/asked-peers.ts'
import { BitswapNetwork } from '../src/bitswap/network.ts'
import { BITSWAP_PROTOCOL } from '../src/index.ts'
import { MESSAGE_MS } from '../src/constants.ts'
import { cleanUp, contentNode, Directory, introduce, trusting } from './nodes.ts'
import {
  answerWith,
  blockMessage,
  presenceMessage,
  rawCidOf,
  rawPeer,
  sendMessages,
  streamTo,
  wantMessage
} from './raw-peer.ts'
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { ContentComponents } from '../src/index.ts'

afterEach(cleanUp)

const NOBODY = {
  getConnections: () => [],
  openConnection: async () => {
    throw new Error('there is nobody')
  }
}
const GIFT = new TextEncoder().encode('a gift that nobody asked for')
const WANTED = new TextEncoder().encode('what was wanted')

async function isReset(stream: Stream): Promise<boolean> {
  await until(() => stream.status !== 'open' && stream.status !== 'closing')
  return stream.status === 'reset'
}

function inboundStreams(node: Libp2p): Stream[] {
  const streams = node.getConnections().flatMap(connection => connection.streams)
  return streams.filter(stream => stream.protocol === BITSWAP_PROTOCOL && stream.direction === 'inbound')
}

describe('a message that breaks the protocol ends its stream', () => {
  const many = (count: number): Uint8Array[] => Array.from({ length: count }, (_, index) => Uint8Array.of(1, 2, index))
  const cases: [string, Uint8Array][] = [
    ['one byte more than the limit', new Uint8Array(4 * 1024 * 1024 + 1)],
    ['1,025 wants', wantMessage(...many(1_025))],
    ['1,025 presences', presenceMessage(true, ...many(1_025))],
    ['two million empty presences', new Uint8Array(4_000_000).map((_, index) => (index % 2 === 0 ? 34 : 0))],
    [
      'two million empty wants',
      Uint8Array.from([
        10,
        0x80,
        0x92,
        0xf4,
        1,
        ...Array.from({ length: 4_000_000 }, (_, index) => (index % 2 === 0 ? 10 : 0))
      ])
    ],
    ['a CID of 300 bytes', wantMessage(new Uint8Array(300))],
    ['groups inside groups', new Uint8Array(1_000).fill(11)],
    ['no protobuf', Uint8Array.of(10, 255, 255, 255, 255, 15)]
  ]

  test.for(cases)('%s', async ([, message]) => {
    const [node, peer] = [await contentNode(), await rawPeer()]
    const stream = await streamTo(peer, node)
    // it may be reset while it is still written
    await framed(stream, { maxLength: 5 * 1024 * 1024 })
      .write(message)
      .catch(() => {})
    expect(await isReset(stream)).toBe(true)
  })
})

test('as many wants as are allowed are answered', async () => {
  const [node, peer] = [await contentNode(), await rawPeer()]
  const seen = await answerWith(peer)
  const cid = await node.services.content.put(WANTED)
  const others = await Promise.all(
    Array.from({ length: 1_023 }, async (_, index) => rawCidOf(Uint8Array.of(index >> 8, index)))
  )
  await sendMessages(peer, node, wantMessage(...others.map(other => other.bytes), cid.bytes))
  await until(() => seen.asked > 0)
  await until(() => inboundStreams(node).length === 0)
  expect(await node.services.content.has(cid)).toBe(true)
})

test('a message that never ends is given up after its deadline', async () => {
  const clock = new ManualClock()
  const [node, peer] = [await contentNode({ clock }), await rawPeer()]
  const stream = await streamTo(peer, node)
  stream.send(Uint8Array.of(100, 1, 2, 3))
  await until(() => inboundStreams(node)[0]?.writeStatus === 'closed')
  await until(async () => {
    await clock.advance(MESSAGE_MS)
    return stream.status === 'reset'
  })
  await until(() => inboundStreams(node).length === 0)
  expect(stream.status).toBe('reset')
})

test('blocks that nobody asked for are not kept, and not even read from strangers', async () => {
  const trust = trusting(() => false)
  const [open, strict, peer] = [await contentNode(), await contentNode({ trust }), await rawPeer()]
  await sendMessages(peer, open, blockMessage(GIFT))
  await until(() => inboundStreams(open).length === 0)
  expect(await open.services.content.has(await rawCidOf(GIFT))).toBe(false)

  const stream = await streamTo(peer, strict)
  expect(await isReset(stream)).toBe(true)
  expect(trust.denials).toBe(1)
})

describe('a peer that answers wrongly costs a fetch nothing but time', () => {
  const other = new TextEncoder().encode('something else')
  const identityOf = (digest: Uint8Array): Uint8Array =>
    blockMessage(digest, Uint8Array.of(1, 0x55, 0, digest.byteLength))
  const answers: [string, () => Promise<Uint8Array[]>][] = [
    ['another block', async () => [blockMessage(other), presenceMessage(false, (await rawCidOf(WANTED)).bytes)]],
    ['has it, and does not send it', async () => [presenceMessage(true, (await rawCidOf(WANTED)).bytes)]],
    ['has it not', async () => [presenceMessage(false, (await rawCidOf(WANTED)).bytes)]],
    [
      'the digest as an identity block',
      async () => {
        const { multihash, bytes } = await rawCidOf(WANTED)
        return [identityOf(multihash.digest), presenceMessage(false, bytes)]
      }
    ]
  ]

  test.for(answers)('%s', async ([, messages]) => {
    const directory = new Directory()
    const [node, honest, liar] = [await contentNode({ directory }), await contentNode({ directory }), await rawPeer()]
    const cid = await honest.services.content.put(WANTED)
    await until(() => directory.providers.has(cid.toString()))
    const seen = await answerWith(liar, ...(await messages()))
    await introduce(node, liar)
    expect(await node.services.content.getBlock(cid, { from: [liar.peerId] })).toEqual(WANTED)
    expect(seen.asked).toBe(1)
  })
})

test('a stream that is open at a stop is ended, and the protocol goes', async () => {
  const [node, peer] = [await contentNode(), await rawPeer()]
  const stream = await streamTo(peer, node)
  stream.send(Uint8Array.of(100, 1))
  await until(() => inboundStreams(node).length === 1)
  await node.services.content.stop?.()
  expect(await isReset(stream)).toBe(true)
  expect(node.getProtocols()).not.toContain(BITSWAP_PROTOCOL)
})

test('bitswap hears of every peer that goes, also of one that never announced the protocol', async () => {
  const [node, peer] = [await contentNode(), await rawPeer()]
  await introduce(peer, node)
  const events = node as unknown as ContentComponents['events']
  const components = {
    events,
    registrar: { handle: async () => {}, unhandle: async () => {} },
    connectionManager: NOBODY
  }
  const admission = new Admission(new AskedPeers())
  const network = new BitswapNetwork({
    components,
    admission,
    clock: systemClock,
    log: logger('test'),
    load: async () => {}
  })
  const gone: PeerId[] = []
  await network.libp2p.register(BITSWAP_PROTOCOL, { onDisconnect: peerId => void gone.push(peerId) })
  await network.start()
  await peer.dial(node.peerId)
  await peer.hangUp(node.peerId)
  await until(() => gone.length === 1)
  await network.stop()
  expect(gone.map(String)).toEqual([peer.peerId.toString()])
})
