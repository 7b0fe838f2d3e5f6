import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterEach, expect, test } from 'vitest'
import { until } from '@waystone/kit/testing'
import { cleanUp, contentNode, Directory, introduce, trusting } from './nodes.ts'

afterEach(cleanUp)

const HELLO = new TextEncoder().encode('hello')

async function cidOf(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(0x55, await sha256.digest(bytes))
}

test('a block goes from one node to another over bitswap, and is then kept there', async () => {
  const [a, b] = [await contentNode(), await contentNode()]
  await introduce(b, a)
  const cid = await a.services.content.put(HELLO)
  expect(cid.toString()).toBe((await cidOf(HELLO)).toString())

  expect(await b.services.content.getBlock(cid, { from: [a.peerId] })).toEqual(HELLO)

  await a.stop()
  expect(await b.services.content.getFile(cid, { maxBytes: 5 })).toEqual(HELLO)
})

test('the largest block arrives whole', async () => {
  const [a, b] = [await contentNode(), await contentNode()]
  await introduce(b, a)
  const bytes = new Uint8Array(2 * 1024 * 1024).map((_, index) => index * 7)
  const cid = await cidOf(bytes)
  await a.services.content.putBlock(cid, bytes)
  expect(Buffer.compare(await b.services.content.getBlock(cid, { from: [a.peerId] }), bytes)).toBe(0)
})

test('providers come from the routing when the first peer has nothing', async () => {
  const directory = new Directory()
  const [a, empty, c] = [
    await contentNode({ directory }),
    await contentNode({ directory }),
    await contentNode({ directory })
  ]
  await introduce(c, empty)
  const cid = await a.services.content.put(HELLO)
  await until(() => directory.providers.has(cid.toString()))

  expect(await c.services.content.getBlock(cid, { from: [empty.peerId] })).toEqual(HELLO)
})

test('a block that nobody has is reported, and the caller can give up before', async () => {
  const [a, b] = [await contentNode(), await contentNode()]
  await introduce(b, a)
  const cid = await cidOf(HELLO)
  await expect(b.services.content.getBlock(cid, { from: [a.peerId] })).rejects.toMatchObject({
    name: 'ContentNotFoundError'
  })
  await expect(b.services.content.getBlock(cid)).rejects.toMatchObject({ name: 'ContentNotFoundError' })
  const signal = AbortSignal.abort(new Error('no more'))
  await expect(b.services.content.getBlock(cid, { signal })).rejects.toThrow('no more')
})

test('a peer without the function gets nothing, is counted, and may still be asked', async () => {
  const trust = trusting(() => false)
  const [strict, open] = [await contentNode({ trust }), await contentNode()]
  await introduce(open, strict)
  await introduce(strict, open)
  const mine = await strict.services.content.put(HELLO)
  const theirs = await open.services.content.put(new TextEncoder().encode('theirs'))

  const giveUp = new AbortController()
  const fetching = open.services.content.getBlock(mine, { from: [strict.peerId], signal: giveUp.signal })
  await until(() => trust.denials > 0)
  giveUp.abort(new Error('given up'))
  await expect(fetching).rejects.toThrow('given up')

  expect(strict.services.content.expects(open.peerId)).toBe(false)
  expect(await strict.services.content.getBlock(theirs, { from: [open.peerId] })).toHaveLength(6)
  expect(strict.services.content.expects(open.peerId)).toBe(false)
})

test('a node that was stopped and started serves and fetches again', async () => {
  const [a, b] = [await contentNode(), await contentNode()]
  await introduce(b, a)
  const cid = await a.services.content.put(HELLO)
  await b.services.content.getBlock(cid, { from: [a.peerId] })
  await a.stop()
  await b.stop()
  await b.stop()
  await expect(b.services.content.getBlock(await cidOf(new Uint8Array(3)))).rejects.toMatchObject({
    name: 'ContentStoppedError'
  })
  await b.services.content.delete(cid)
  await a.start()
  await b.start()
  await introduce(b, a)
  expect(await b.services.content.getBlock(cid, { from: [a.peerId] })).toEqual(HELLO)
})

test('nobody but the named peer is asked or looked for if the caller wants that', async () => {
  const directory = new Directory()
  const [a, empty, c] = [
    await contentNode({ directory }),
    await contentNode({ directory }),
    await contentNode({ directory })
  ]
  await introduce(c, empty)
  const cid = await a.services.content.put(HELLO)
  await until(() => directory.providers.has(cid.toString()))

  const only = c.services.content.getBlock(cid, { from: [empty.peerId], fromOnly: true })
  await expect(only).rejects.toMatchObject({ name: 'ContentNotFoundError' })
  expect(c.getConnections(a.peerId)).toEqual([])
})
