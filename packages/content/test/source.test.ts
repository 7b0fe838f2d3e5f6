import { CID } from 'multiformats/cid'
import { until } from '@waystone/kit/testing'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, contentNode, introduce, trusting } from './nodes.ts'
import { rawCidOf } from './raw-peer.ts'
import { blocksOf, vector } from './vectors.ts'

afterEach(cleanUp)

const MAX = { maxBytes: 1024 * 1024 }
const ROOT = CID.parse('bafybeid7n5a3ph745ptjmq33amqbzfh4qcckv4cammur6ga3m3bkulu7sm')

test('blocks come by another way while bitswap is refused, and each is told', async () => {
  const blocks = new Map((await blocksOf('chunked')).map(([cid, block]) => [cid.toString(), block]))
  const [seed, newcomer] = [await contentNode({ trust: trusting(() => false) }), await contentNode()]
  for (const [cid, block] of blocks) await seed.services.content.putBlock(CID.parse(cid), block)
  await introduce(newcomer, seed)
  const told: string[] = []
  const bytes = await newcomer.services.content.getFile(ROOT, {
    ...MAX,
    from: [seed.peerId],
    source: async cid => blocks.get(cid.toString()) ?? new Uint8Array(),
    onBlock: cid => void told.push(cid.toString())
  })
  expect(Buffer.compare(bytes, await vector('trust-file.json'))).toBe(0)
  expect(told.toSorted()).toEqual([...blocks.keys()].toSorted())
  // what came is kept, and nobody is asked any more
  expect(await newcomer.services.content.has(ROOT)).toBe(true)
  await until(() => !newcomer.services.content.expects(seed.peerId))
})

test('another way that lies or fails does not keep bitswap from giving the block', async () => {
  const [holder, reader] = [await contentNode(), await contentNode()]
  await introduce(reader, holder)
  for (const source of [async () => Uint8Array.of(1), async () => await Promise.reject(new Error('not here'))]) {
    const cid = await holder.services.content.put(crypto.getRandomValues(new Uint8Array(8)))
    const bytes = await reader.services.content.getFile(cid, { ...MAX, from: [holder.peerId], source })
    expect((await rawCidOf(bytes)).equals(cid)).toBe(true)
  }
})

test('the other way ends when bitswap has given the block, and why it failed is in the error', async () => {
  const [holder, reader] = [await contentNode(), await contentNode()]
  await introduce(reader, holder)
  const cid = await holder.services.content.put(Uint8Array.of(1, 2))
  let ended: AbortSignal | undefined
  const source = async (_cid: CID, { signal }: { signal: AbortSignal }): Promise<Uint8Array> =>
    await new Promise(() => (ended = signal))
  await reader.services.content.getFile(cid, { ...MAX, from: [holder.peerId], source })
  expect(ended?.aborted).toBe(true)
  const lying = reader.services.content.getFile(await rawCidOf(Uint8Array.of(9)), {
    ...MAX,
    source: async () => Uint8Array.of(8)
  })
  await expect(lying).rejects.toMatchObject({
    name: 'ContentNotFoundError',
    cause: { errors: expect.arrayContaining([expect.objectContaining({ name: 'BlockHashMismatchError' })]) }
  })
})
