import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission } from '../src/bitswap/admission.ts'
import { AskedPeers } from '../src/bitswap/asked-peers.ts'
import { parseBitswapMessage } from '../src/bitswap/message.ts'
import { trusting } from './nodes.ts'
import { blockMessage, presenceMessage, rawCidOf, wantMessage } from './raw-peer.ts'
import type { Connection } from '@libp2p/interface'

const remotePeer = peerIdFromString('12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA')
const connection = { remotePeer, remoteAddr: multiaddr('/ip4/192.0.2.1/tcp/4001') } as Connection
const DATA = Uint8Array.of(1, 2, 3)

async function everything(): Promise<{ wants: Uint8Array; answers: Uint8Array; all: Uint8Array }> {
  const { bytes } = await rawCidOf(DATA)
  const wants = wantMessage(bytes)
  const answers = Uint8Array.from([...blockMessage(DATA), ...presenceMessage(true, bytes)])
  return { wants, answers, all: Uint8Array.from([...wants, ...answers]) }
}

test('whoever may ask gets wants through, and whoever is asked gets answers through', async () => {
  const { wants, answers, all } = await everything()
  for (const mayAsk of [true, false]) {
    const admission = new Admission(
      new AskedPeers(),
      trusting(() => mayAsk)
    )
    expect(admission.inbound(connection, all)).toEqual(mayAsk ? wants : undefined)
    expect(admission.decide(connection).allow).toBe(mayAsk)
    using _fetch = admission.asked.during()
    expect(admission.outbound(connection, all)).toEqual({ message: mayAsk ? all : wants, gives: mayAsk })
    expect(admission.outbound(connection, wants)).toEqual({ message: wants, gives: false })
    expect(admission.decide(connection).allow).toBe(true)
    expect(admission.inbound(connection, all)).toEqual(mayAsk ? all : answers)
  }
})

test('nobody is asked when no fetch is under way', async () => {
  const asked = new AskedPeers()
  asked.add(remotePeer)
  expect(asked.has(remotePeer)).toBe(false)
  const fetches = [asked.during(), asked.during()]
  asked.add(remotePeer)
  fetches[0]?.[Symbol.dispose]()
  expect(asked.has(remotePeer)).toBe(true)
  fetches[1]?.[Symbol.dispose]()
  expect(asked.has(remotePeer)).toBe(false)
})

test('blocks with other hashes, codecs or lengths of hash are left out', () => {
  const [raw, sha256, identity, dagCbor] = [0x55, 0x12, 0, 0x71]
  const prefixes = [
    [1, raw, identity, 32],
    [1, raw, sha256, 20],
    [1, dagCbor, sha256, 32]
  ]
  for (const prefix of prefixes) {
    expect(parseBitswapMessage(blockMessage(DATA, Uint8Array.from(prefix))).answers).toEqual([])
  }
  expect(() => parseBitswapMessage(blockMessage(DATA, Uint8Array.of(1, raw)))).toThrow('no protobuf')
  expect(parseBitswapMessage(blockMessage(DATA)).answers).toHaveLength(1)
})

test('any bytes are a message or are refused by name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      try {
        const { wants, answers } = parseBitswapMessage(bytes)
        expect(Math.max(wants.length, answers.length)).toBeLessThanOrEqual(bytes.length)
      } catch (error) {
        expect(error).toMatchObject({ name: 'BitswapMessageInvalidError' })
      }
    })
  )
})
