import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { linksOf, readCid, verifyBlock } from '../src/blocks/codecs.ts'
import { DepthFirst } from '../src/blocks/depth-first.ts'
import { nameFromBytes, nameToBytes } from '../src/ipns-name.ts'
import { DelegateContentRouting } from '../src/client/routing.ts'
import { ProvidedList } from '../src/server/provided.ts'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { folder, pbBlock, rawBlock } from './nodes.ts'
import type { FetchedBlock } from '../src/index.ts'

describe('CIDs from outside', () => {
  it('are read or refused by name, whatever they are', () => {
    const given = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 400 }), fc.base64String())
    fc.assert(
      fc.property(given, input => {
        try {
          readCid(input)
        } catch (error) {
          expect((error as Error).name).toBe('CidUnsupportedError')
        }
      })
    )
  })

  it('are refused where their bytes could not be verified', async () => {
    const { cid } = await rawBlock(new Uint8Array([1]))
    const blake = CID.createV1(0x55, {
      ...cid.multihash,
      code: 0xb220,
      bytes: new Uint8Array([0xa0, 0xe4, 2, 1, 7]),
      size: 1,
      digest: new Uint8Array([7])
    })
    expect(() => readCid(blake.bytes)).toThrow('nothing here checks the hash')
    expect(() => readCid(CID.createV1(0x9999, cid.multihash).bytes)).toThrow('nothing here reads the codec')
  })

  it('hold their bytes, or not', async () => {
    const { cid, bytes } = await rawBlock(new Uint8Array([1, 2]))
    await verifyBlock(cid, bytes)
    await expect(verifyBlock(cid, new Uint8Array([1, 3]))).rejects.toMatchObject({ name: 'BlockMismatchError' })
    const inline = CID.createV1(0x55, identity.digest(new Uint8Array([5])))
    await verifyBlock(inline, new Uint8Array([5]))
    await expect(verifyBlock(inline, new Uint8Array([6]))).rejects.toMatchObject({ name: 'BlockMismatchError' })
  })
})

describe('a DAG', () => {
  const walked = (root: CID, blocks: readonly FetchedBlock[]): string[] => {
    const walk = new DepthFirst(root)
    const order: string[] = []
    for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
      order.push(cid.toString())
      walk.follow(blocks.find(block => block.cid.equals(cid))!.bytes)
    }
    return order
  }

  it('is walked depth first, each block once', async () => {
    const one = await folder({ a: new Uint8Array([1]), b: new Uint8Array([2]) })
    const top = await pbBlock({
      Links: [
        { Name: 'x', Hash: one[0]!.cid },
        { Name: 'y', Hash: one[1]!.cid },
        { Name: 'z', Hash: one[0]!.cid }
      ]
    })
    expect(walked(top.cid, [top, ...one])).toEqual([top, ...one].map(({ cid }) => cid.toString()))
  })

  it('is refused when it is too deep or has too many links', async () => {
    let block = await rawBlock(new Uint8Array([1]))
    const blocks = [block]
    for (let level = 0; level < 300; level++) {
      block = await pbBlock({ Links: [{ Name: '', Hash: block.cid }] })
      blocks.push(block)
    }
    expect(() => walked(block.cid, blocks)).toThrow('more than 256 levels')
    const many = await pbBlock({ Links: Array.from({ length: 16_385 }, () => ({ Name: '', Hash: blocks[0]!.cid })) })
    expect(() => linksOf(many.cid, many.bytes)).toThrow('more than 16384 links')
  })

  it('with a block that cannot be decoded ends by name', async () => {
    const { cid } = await rawBlock(new Uint8Array([1]))
    const asPb = CID.createV1(0x70, cid.multihash)
    expect(() => linksOf(asPb, new Uint8Array([1]))).toThrow('cannot be decoded')
  })
})

it('names of IPNS are read in every form', async () => {
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const bytes = peer.toMultihash().bytes
  const name = nameFromBytes(bytes)
  expect(name).toMatch(/^k51/)
  for (const form of [name, `/ipns/${name}`, peer.toString(), peer.toCID().toString()])
    expect(nameToBytes(form)).toEqual(bytes)
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), text => {
      expect(() => nameToBytes(text)).toThrow('this is no IPNS name')
    })
  )
})

describe('what thin clients announced', () => {
  it('is forgotten after a day, and bounded', async () => {
    const clock = new ManualClock()
    const list = new ProvidedList(clock)
    const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    const cids = await Promise.all(
      Array.from({ length: 1_200 }, async (_, index) => (await rawBlock(new Uint8Array([index, index >> 8]))).cid)
    )
    for (const cid of cids) list.add(cid, { id, multiaddrs: [] })
    expect(list.size).toBe(1_000)
    expect([list.providers(cids[0]!), list.providers(cids[1_199]!)]).toEqual([[], [{ id, multiaddrs: [] }]])
    await clock.advance(24 * 3_600_000)
    expect(list.providers(cids[1_199]!)).toEqual([])
    expect(list.size).toBe(0)
  })
})

it('a record that is asked of no delegate is not found, and the error says why', async () => {
  const routing = new DelegateContentRouting({
    client: () => undefined,
    provided: new ProvidedList(new ManualClock())
  })
  const { bytes } = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toMultihash()
  const get = async (prefix: string): Promise<unknown> =>
    await routing.get(new Uint8Array([...new TextEncoder().encode(prefix), ...bytes]))
  await expect(get('/ipns/')).rejects.toThrow('this node uses no delegates')
  await expect(get('/pk/')).rejects.toThrow('delegates only know IPNS records')
})
