import { defaultLogger } from '@libp2p/logger'
import { MemoryDatastore } from 'datastore-core/memory'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { TrustFiles } from '../../src/ipns/files.ts'
import { KeptBlocks } from '../../src/ipns/kept-blocks.ts'
import { rawCid } from '../../src/ipns/raw-block.ts'
import { aPeer, openAcl } from '../people.ts'
import { NOW, trustFile } from '../records.ts'
import type { PeerId } from '@libp2p/interface'
import type { ContentFileOptions, ContentStore } from '@waystone/interface'
import type { CID } from 'multiformats/cid'
import type { RpcWay } from '../../src/exchange/rpc-way.ts'

const BYTES = trustFile('one')

/** Files over bitswap of peers that come and go; time stands still. Nobody else is found, and whoever is not asked never answers. */
async function network() {
  const open = await openAcl({})
  onTestFinished(async () => await open[Symbol.asyncDispose]())
  const here: PeerId[] = []
  const having = new Set<PeerId>()
  const asked: string[][] = []
  const getFile = async (_: CID, { from = [], signal }: ContentFileOptions): Promise<Uint8Array> => {
    asked.push(from.map(String))
    if (from.some(peer => having.has(peer))) return BYTES
    const { promise, reject } = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    return await promise
  }
  const files = new TrustFiles({
    clock: new ManualClock(NOW),
    random: seededRandom(1),
    log: defaultLogger().forComponent('test'),
    audit: open.told,
    kept: new KeptBlocks(new MemoryDatastore()),
    entries: open.acl,
    shipped: [],
    rpc: {} as RpcWay,
    peers: async () => [],
    holders: async () => here,
    content: () => ({ getFile }) as unknown as ContentStore
  })
  const come = (peer: PeerId): void => {
    here.push(peer)
    files.peerCame()
  }
  return { files, having, asked, come, here }
}

const wanted = async () => ({ cid: await rawCid(BYTES), path: '' })
const patient = () => new AbortController().signal

it('asks the first peer that comes while nobody is there, without waiting for an end of what it had begun', async () => {
  const { files, having, asked, come } = await network()
  const fetched = files.fetch(await wanted(), { signal: patient() })
  await until(() => asked.length === 1)
  const peer = await aPeer()
  having.add(peer)
  come(peer)
  expect((await fetched).bytes).toEqual(BYTES)
  expect(asked).toEqual([[], [peer.toString()]])
})

it('does not begin anew for every peer that comes when it asks somebody: whoever sends is not put off', async () => {
  const { files, asked, come, here } = await network()
  here.push(await aPeer())
  const ending = new AbortController()
  const fetched = files.fetch(await wanted(), { signal: ending.signal })
  await until(() => asked.length === 1)
  for (let number = 2; number < 10; number++) come(await aPeer())
  ending.abort(new Error('enough'))
  await expect(fetched).rejects.toThrow('enough')
  expect(asked).toHaveLength(1)
})

it('ends with its caller while nobody is there', async () => {
  const { files, asked, come } = await network()
  const ending = new AbortController()
  const fetched = files.fetch(await wanted(), { signal: ending.signal })
  await until(() => asked.length === 1)
  ending.abort(new Error('enough'))
  await expect(fetched).rejects.toThrow('enough')
  come(await aPeer())
  expect(asked).toHaveLength(1)
})
