import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '@waystone/kit/testing'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { MAX_COPIED_BYTES, MAX_COPY_BYTES, MAX_PROVIDED, MAX_PROVIDED_PER_PEER, PROVIDED_MS } from '../src/constants.ts'
import { announcedAddresses } from '../src/server/announced-addresses.ts'
import { Copies } from '../src/server/copies.ts'
import { ProvidedList } from '../src/server/provided.ts'
import { rawBlock } from './nodes.ts'
import type { PeerId } from '@libp2p/interface'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const [callerId, selfId, relayId] = [await newPeer(), await newPeer(), await newPeer()]
const [caller, self, relay] = [callerId, selfId, relayId].map(String)
const own = [multiaddr(`/ip4/198.51.100.1/tcp/4001/p2p/${self}`)]

function kept(address: string, remote = '/ip4/203.0.113.7/tcp/51234'): boolean {
  return announcedAddresses({ caller: callerId, self: selfId, own, remote: multiaddr(remote) }, [address]).length === 1
}

describe('what a caller announces as its addresses', () => {
  it.each([
    ['its own IP', '/ip4/203.0.113.7/udp/4001/quic-v1', true],
    ['another host', '/ip4/203.0.113.8/tcp/4001', false],
    ['a private network', '/ip4/10.0.0.1/tcp/6379', false],
    ['loopback', '/ip4/127.0.0.1/tcp/9090', false],
    ['the metadata service', '/ip4/169.254.169.254/tcp/80', false],
    ['loopback in IPv6', '/ip6/::1/tcp/80', false],
    ['IPv4 in the clothes of IPv6', '/ip6/::ffff:10.0.0.1/tcp/80', false],
    ['a name', '/dns4/intranet.example/tcp/80', false],
    ['this node as a relay', `/ip4/198.51.100.1/tcp/4001/p2p/${self}/p2p-circuit/p2p/${caller}`, true],
    ['this node where it is not', `/ip4/198.51.100.2/tcp/4001/p2p/${self}/p2p-circuit/p2p/${caller}`, false],
    ['this node at a port it has not', `/ip4/198.51.100.1/tcp/40011/p2p/${self}/p2p-circuit/p2p/${caller}`, false],
    ['a public relay', `/ip4/192.0.43.7/tcp/4001/p2p/${relay}/p2p-circuit/p2p/${caller}`, true],
    ['a relay in a private network', `/ip4/192.168.0.1/tcp/80/p2p/${relay}/p2p-circuit/p2p/${caller}`, false],
    ['a relay that is nobody', '/ip4/192.0.43.7/tcp/80/p2p-circuit', false]
  ])('%s', (_what, address, expected) => expect(kept(address)).toBe(expected))

  it('has no direct address behind a relay', () => {
    expect(kept('/ip4/203.0.113.7/tcp/1', `/ip4/203.0.113.7/tcp/4001/p2p/${relay}/p2p-circuit`)).toBe(false)
  })
})

describe('copies for thin clients', () => {
  it('take no more together than their level has, those under way included', async () => {
    const copies = new Copies(new ManualClock(), () => {})
    const total = MAX_COPIED_BYTES.advanced
    {
      using one = copies.reserve('advanced')
      expect(one.bytes).toBe(MAX_COPY_BYTES)
      copies.add((await rawBlock(new Uint8Array([1]))).cid, 'advanced', total - MAX_COPY_BYTES - 5)
      using two = copies.reserve('advanced')
      expect(two.bytes).toBe(5)
      using three = copies.reserve('advanced')
      expect(three.bytes).toBe(0)
      using other = copies.reserve('ultimate')
      expect(other.bytes).toBe(MAX_COPY_BYTES)
    }
    using later = copies.reserve('advanced')
    expect(later.bytes).toBe(MAX_COPY_BYTES)
    expect(copies.reserve('blocked').bytes).toBe(0)
  })

  it('end after a day, each once, and give their room back', async () => {
    const clock = new ManualClock()
    const ended: string[] = []
    const copies = new Copies(clock, cid => ended.push(cid.toString()))
    const [first, second] = [(await rawBlock(new Uint8Array([1]))).cid, (await rawBlock(new Uint8Array([2]))).cid]
    copies.add(first, 'peer', MAX_COPIED_BYTES.peer)
    await clock.advance(1_000)
    copies.add(second, 'trusted', 7)
    expect(copies.reserve('peer').bytes).toBe(0)
    await clock.advance(PROVIDED_MS - 1_000)
    expect(ended).toEqual([first.toString()])
    expect(copies.reserve('peer').bytes).toBe(MAX_COPY_BYTES)
    // announced again: another day
    copies.add(second, 'trusted', 7)
    await clock.advance(1_000)
    expect(ended).toHaveLength(1)
    await clock.advance(PROVIDED_MS)
    expect(ended).toEqual([first.toString(), second.toString()])
    expect(clock.pending).toBe(0)
  })
})

it('ten callers with a thousand CIDs each push out their own announcements, not those of others', async () => {
  const list = new ProvidedList(new ManualClock())
  const { cid } = await rawBlock(new Uint8Array([9]))
  list.add(cid, { id: callerId, multiaddrs: [] })
  const cids = Array.from({ length: MAX_PROVIDED_PER_PEER }, (_, index) => numbered(index))
  for (let flooder = 0; flooder < 11; flooder++) {
    const id = await newPeer()
    for (const one of cids) list.add(one, { id, multiaddrs: [] })
  }
  expect(list.size).toBe(MAX_PROVIDED)
  expect(list.providers(cid).map(({ id }) => id.toString())).toEqual([caller])
})

function numbered(index: number): CID {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, index)
  return CID.createV1(0x55, Digest.create(0x12, digest))
}
