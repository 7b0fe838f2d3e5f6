import { CID } from 'multiformats/cid'
import { afterEach, describe, expect, test } from 'vitest'
import { cleanUp, contentNode, introduce } from './nodes.ts'
import { blocksOf, vector } from './vectors.ts'
import type { ContentNode } from './nodes.ts'

afterEach(cleanUp)

/** See vectors/README.md. */
const FILES = [
  ['default', 'QmcAEBrmE9ZctyytBmdyz7jUP5zaP1yhdV8uLESapi9q2f', undefined],
  ['cid-v1', 'bafkreigtj74ywixhg75fj52qepktimhzx6zwjnkfw2ltx3etcvednxiu4q', undefined],
  ['chunked', 'bafybeid7n5a3ph745ptjmq33amqbzfh4qcckv4cammur6ga3m3bkulu7sm', undefined],
  ['folder', 'QmZiy3XyGDQeM5cyosGbEcQPwDGp6bjpVY7KzHkBw85WbV', 'trust-file.json'],
  ['folder-cid-v1', 'bafybeiaeyor5xw3xe3m6q456pg4eppreohtfoxuvnwh7mowtrfdofmfcti', '/trust-file.json'],
  ['nested-folder', 'bafybeibjtffuh73mds6vppq7k2ve44zsgrcrz3iomm3nchg6gaeekyrovu', 'lists/trust-file.json']
] as const

async function holderOf(name: string): Promise<ContentNode> {
  const node = await contentNode()
  for (const [cid, block] of await blocksOf(name)) await node.services.content.putBlock(cid, block)
  return node
}

describe('what kubo made of a trust file is read, over bitswap', () => {
  test.for(FILES)('%s', async ([name, root, path]) => {
    const holder = await holderOf(name)
    const reader = await contentNode()
    await introduce(reader, holder)
    const options = { maxBytes: 1024 * 1024, from: [holder.peerId], ...(path === undefined ? {} : { path }) }
    const bytes = await reader.services.content.getFile(CID.parse(root), options)
    expect(Buffer.compare(bytes, await vector('trust-file.json'))).toBe(0)
  })
})

test('a path that a folder does not have, a folder as a file, and a file as a folder are named', async () => {
  const { content } = (await holderOf('folder')).services
  const folder = CID.parse(FILES[3][1])
  const file = CID.parse(FILES[0][1])
  const maxBytes = 1024
  await expect(content.getFile(folder, { maxBytes, path: 'other.json' })).rejects.toMatchObject({
    name: 'ContentPathNotFoundError'
  })
  await expect(content.getFile(folder, { maxBytes })).rejects.toMatchObject({ name: 'ContentNotAFileError' })
  await expect(content.getFile(file, { maxBytes, path: 'a' })).rejects.toMatchObject({
    name: 'ContentPathNotFoundError'
  })
  await expect(content.getFile(file, { maxBytes: 100 })).rejects.toMatchObject({ name: 'ContentTooLargeError' })
})

test('a folder that is split into shards is refused by name', async () => {
  const { content } = (await holderOf('sharded-folder')).services
  const folder = CID.parse('bafybeihdwyqdzihz3xyam2ifywptgujpytlwbhvzijv2s4ue6s2qtjy2hq')
  await expect(content.getFile(folder, { maxBytes: 1024, path: 'file-7' })).rejects.toMatchObject({
    name: 'ContentNotAFileError',
    hint: expect.stringMatching(/fewer files/)
  })
})
