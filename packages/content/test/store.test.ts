import { MemoryDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterEach, describe, expect, test } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { BlockStore } from '../src/blocks/block-store.ts'
import { cleanUp, contentNode } from './nodes.ts'
import { rawCidOf } from './raw-peer.ts'
import type { Datastore } from 'interface-datastore'

afterEach(cleanUp)

const KIB = 1024

function store(datastore: Datastore, maxBytes: number, clock = new ManualClock()): BlockStore {
  return new BlockStore({ datastore, maxBytes, clock })
}

async function block(fill: number, size = 8 * KIB): Promise<[CID, Uint8Array]> {
  const bytes = new Uint8Array(size).fill(fill)
  return [await rawCidOf(bytes), bytes]
}

describe('what the store holds', () => {
  test('never exceeds its bytes: the longest unused goes first, what was put never', async () => {
    const blocks = store(new MemoryDatastore(), 32 * KIB)
    const [pinned, ...fetched] = await Promise.all([1, 2, 3, 4, 5].map(async fill => block(fill)))
    if (pinned === undefined) throw new Error('no block')
    await blocks.put(...pinned, true)
    for (const one of fetched.slice(0, 3)) await blocks.put(...one, false)
    await blocks.get(fetched[0]![0])
    await blocks.put(...fetched[3]!, false)

    const held = await Promise.all([pinned, ...fetched].map(async ([cid]) => blocks.has(cid)))
    expect(held).toEqual([true, true, false, true, true])
  })

  test('a put that what was put before leaves no room for is refused, and nothing changes', async () => {
    const blocks = store(new MemoryDatastore(), 16 * KIB)
    const [first, second, third] = await Promise.all([1, 2, 3].map(async fill => block(fill)))
    await blocks.put(...first!, true)
    await blocks.put(...second!, true)
    await expect(blocks.put(...third!, true)).rejects.toMatchObject({
      name: 'ContentStoreFullError',
      hint: expect.anything()
    })
    expect(await blocks.has(third![0])).toBe(false)
    await blocks.delete(first![0])
    await blocks.put(...third!, true)
    expect(await blocks.pinned()).toHaveLength(2)
  })

  test('small blocks count as 4 KiB', async () => {
    const blocks = store(new MemoryDatastore(), 16 * KIB)
    for (const fill of [1, 2, 3, 4]) await blocks.put(...(await block(fill, 1)), true)
    await expect(blocks.put(...(await block(5, 1)), true)).rejects.toMatchObject({ name: 'ContentStoreFullError' })
  })

  test('stays over a restart, with pins and order', async () => {
    const datastore = new MemoryDatastore()
    const clock = new ManualClock()
    const before = store(datastore, 1024 * KIB, clock)
    const [pinned, old, recent] = await Promise.all([1, 2, 3].map(async fill => block(fill)))
    for (const [one, pin] of [
      [old!, false],
      [recent!, false],
      [pinned!, true]
    ] as const) {
      await before.put(...one, pin)
      await clock.advance(1)
    }
    const after = store(datastore, 24 * KIB, clock)
    await after.put(...(await block(4)), false)
    expect(await after.has(old![0])).toBe(false)
    expect(await after.get(recent![0])).toEqual(recent![1])
    expect((await after.pinned()).map(String)).toEqual([pinned![0].toString()])
  })

  test('is not handed out when the disk has changed it', async () => {
    const datastore = new MemoryDatastore()
    const blocks = store(datastore, 32 * KIB)
    const [cid, bytes] = await block(1)
    await blocks.put(cid, bytes, true)
    for await (const key of datastore.queryKeys({ prefix: '/content/block' }))
      await datastore.put(new Key(key.toString()), Uint8Array.of(1))
    expect(await blocks.get(cid)).toBeUndefined()
    expect(await blocks.has(cid)).toBe(false)
  })
})

describe('what goes in', () => {
  test('is compared with its CID', async () => {
    const { content } = (await contentNode()).services
    const [cid] = await block(1)
    await expect(content.putBlock(cid, Uint8Array.of(1))).rejects.toMatchObject({ name: 'BlockHashMismatchError' })
    await expect(content.putBlock(cid, new Uint8Array(2 * KIB * KIB + 1))).rejects.toMatchObject({
      name: 'BlockTooLargeError'
    })
    await expect(content.put(new Uint8Array(KIB * KIB + 1))).rejects.toMatchObject({ name: 'BlockTooLargeError' })
    expect(await content.has(cid)).toBe(false)
    expect(await content.put(new Uint8Array(KIB * KIB))).toMatchObject({ version: 1, code: 0x55 })
  })

  test('has a codec and a hash that are kept here', async () => {
    const { content } = (await contentNode()).services
    const digest = await sha256.digest(Uint8Array.of(1))
    const short = await sha256.digest(Uint8Array.of(1), { truncate: 20 })
    const cids = [
      CID.createV1(0x71, digest),
      CID.createV1(0x72, digest),
      CID.createV1(0x55, short),
      CID.createV1(0x55, { ...digest, code: 0x13 })
    ]
    for (const cid of cids) {
      await expect(content.getBlock(cid)).rejects.toMatchObject({ name: 'UnsupportedCidError' })
      await expect(content.putBlock(cid, Uint8Array.of(1))).rejects.toMatchObject({ name: 'UnsupportedCidError' })
    }
    await expect(content.getBlock(cids[0]!)).rejects.toThrow('dag-cbor')
  })

  test('an identity CID is its own block, up to 128 bytes', async () => {
    const { content } = (await contentNode()).services
    const cid = CID.createV1(0x55, identity.digest(Uint8Array.of(1, 2)))
    expect(await content.getBlock(cid)).toEqual(Uint8Array.of(1, 2))
    const long = CID.createV1(0x55, identity.digest(new Uint8Array(129)))
    await expect(content.getBlock(long)).rejects.toMatchObject({ name: 'BlockTooLargeError' })
  })
})
