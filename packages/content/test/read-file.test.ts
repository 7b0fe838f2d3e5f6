import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { expect, test } from 'vitest'
import { FileReader } from '../src/file/read-file.ts'
import { rawCidOf } from './raw-peer.ts'

/** Blocks in memory, and how often one was read. */
class Blocks {
  readonly #blocks = new Map<string, Uint8Array>()
  reads = 0

  readonly load = async (cid: CID): Promise<Uint8Array> => {
    this.reads++
    const block = this.#blocks.get(cid.toString())
    if (block === undefined) throw new Error('nobody has it')
    return block
  }

  async raw(bytes: Uint8Array): Promise<CID> {
    const cid = await rawCidOf(bytes)
    this.#blocks.set(cid.toString(), bytes)
    return cid
  }

  async pb(bytes: Uint8Array): Promise<CID> {
    const cid = CID.createV1(dagPb.code, await sha256.digest(bytes))
    this.#blocks.set(cid.toString(), bytes)
    return cid
  }

  async file(links: CID[], sizes: number[], type: 'file' | 'directory' | 'symlink' = 'file'): Promise<CID> {
    const unixfs = new UnixFS({ type })
    for (const size of sizes) unixfs.addBlockSize(BigInt(size))
    const Links = links.map(Hash => ({ Hash, Name: '', Tsize: 1 }))
    return await this.pb(dagPb.encode({ Data: unixfs.marshal(), Links }))
  }
}

const KIB = 1024

async function read(blocks: Blocks, root: CID, maxBytes = KIB): Promise<Uint8Array> {
  return await new FileReader({ load: blocks.load, maxBytes }).read(root)
}

test('sizes that lie are not believed: what is read is counted', async () => {
  const blocks = new Blocks()
  const leaf = await blocks.raw(new Uint8Array(600))
  const root = await blocks.file([leaf, leaf], [1, 1])
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentTooLargeError' })
  const honest = await blocks.file([leaf, leaf], [1 << 20, 1])
  await expect(read(blocks, honest)).rejects.toMatchObject({ name: 'ContentTooLargeError' })
})

test('a small block that is linked a million times ends', async () => {
  const blocks = new Blocks()
  let root = await blocks.raw(new Uint8Array())
  for (let level = 0; level < 3; level++)
    root = await blocks.file(Array<CID>(100).fill(root), Array<number>(100).fill(0))
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentTooComplexError' })
  expect(blocks.reads).toBeLessThanOrEqual(4_096)
})

test('a block with more links than a file may have blocks is not followed at all', async () => {
  const blocks = new Blocks()
  const leaf = await blocks.raw(new Uint8Array())
  const root = await blocks.file(Array<CID>(5_000).fill(leaf), Array<number>(5_000).fill(0))
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentTooComplexError' })
  expect(blocks.reads).toBe(1)
})

test('a chain of links ends at its depth', async () => {
  const blocks = new Blocks()
  let root = await blocks.raw(Uint8Array.of(7))
  for (let level = 0; level < 16; level++) root = await blocks.file([root], [1])
  expect(await read(blocks, root)).toEqual(Uint8Array.of(7))
  root = await blocks.file([root], [1])
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentTooComplexError' })
})

test('links without data stop at the bytes that may be read beyond the file', async () => {
  const blocks = new Blocks()
  const empty = await blocks.pb(
    dagPb.encode({ Data: new UnixFS({ type: 'file', mtime: { secs: 1n } }).marshal(), Links: [] })
  )
  const padded = async (index: number): Promise<CID> => {
    const Links = Array.from({ length: 1 }, () => ({ Hash: empty, Name: `${index}`.padEnd(100_000, 'x'), Tsize: 1 }))
    return await blocks.pb(dagPb.encode({ Data: new UnixFS({ type: 'file' }).marshal(), Links }))
  }
  const children = await Promise.all(Array.from({ length: 100 }, async (_, index) => padded(index)))
  const root = await blocks.file(
    children,
    children.map(() => 0)
  )
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentTooLargeError' })
  expect(blocks.reads).toBeLessThan(100)
})

test('a broken block two levels down is named, and a missing one is passed on', async () => {
  const blocks = new Blocks()
  const broken = await blocks.pb(Uint8Array.of(1, 2, 3))
  const root = await blocks.file([await blocks.file([broken], [1])], [1])
  await expect(read(blocks, root)).rejects.toMatchObject({ name: 'ContentMalformedError' })
  const missing = await blocks.file([await blocks.file([await rawCidOf(Uint8Array.of(9))], [1])], [1])
  await expect(read(blocks, missing)).rejects.toThrow('nobody has it')
})

test('a path with too many parts, a folder and a link are refused', async () => {
  const blocks = new Blocks()
  const folder = await blocks.file([], [], 'directory')
  const path = 'a/'.repeat(33)
  await expect(new FileReader({ load: blocks.load, maxBytes: 1, path }).read(folder)).rejects.toMatchObject({
    name: 'ContentTooComplexError'
  })
  await expect(read(blocks, folder)).rejects.toMatchObject({ name: 'ContentNotAFileError' })
  await expect(read(blocks, await blocks.file([], [], 'symlink'))).rejects.toMatchObject({
    name: 'ContentNotAFileError'
  })
})
