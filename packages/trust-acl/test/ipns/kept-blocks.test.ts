import { MemoryDatastore } from 'datastore-core/memory'
import { expect, it } from 'vitest'
import { KeptBlocks } from '../../src/ipns/kept-blocks.ts'
import { rawCid } from '../../src/ipns/raw-block.ts'
import type { KeptBlock } from '../../src/ipns/kept-blocks.ts'

async function block(text: string): Promise<KeptBlock> {
  const bytes = new TextEncoder().encode(text)
  return { cid: await rawCid(bytes), bytes }
}

it('keeps blocks as long as somebody needs them, also over a restart', async () => {
  const datastore = new MemoryDatastore()
  const kept = new KeptBlocks(datastore)
  const [a, b, c] = [await block('a'), await block('b'), await block('c')]
  const held = async (): Promise<string> => {
    const found = await Promise.all([a, b, c].map(async ({ cid }) => await new KeptBlocks(datastore).get(cid)))
    return found.map(bytes => (bytes === undefined ? '-' : new TextDecoder().decode(bytes))).join('')
  }
  await Promise.all([kept.put('entry/one', [a, b]), kept.put('entry/two', [b]), kept.put('carried/one', [c])])
  expect(await held()).toBe('abc')
  await kept.put('entry/one', [c])
  expect(await held()).toBe('-bc')
  await kept.retainEntries(new Set(['one']))
  expect(await held()).toBe('--c')
  await kept.remove('entry/one')
  expect(await held()).toBe('--c')
  await kept.remove('carried/one')
  expect(await held()).toBe('---')
})
