import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { ASKING_TIMEOUT_MS, SLOW_SEED_MS } from '../src/constants.ts'
import { Sampler } from '../src/sampler.ts'
import { Standings } from '../src/standing.ts'
import { makeRecord, newPeer } from './records.ts'
import { TrustDouble } from './trust-double.ts'
import type { PeerId } from '@libp2p/interface'
import type { SampleCall } from '../src/ask.ts'
import type { Parts } from '../src/parts.ts'

/** What a seed does when it is asked. */
type Behaviour = 'answers' | 'fails' | 'is silent'

interface SeedInit {
  /** Its IP. */
  at: string
  does: Behaviour
}

const self = await newPeer()
const RECORD = await makeRecord()

/** A node that is connected to all of these seeds, in a network where nothing but the clock moves. */
async function asking(seeds: readonly SeedInit[], seed = 1) {
  const clock = new ManualClock()
  const peers = await Promise.all(seeds.map(newPeer))
  const asked: string[] = []
  const initOf = (peer: PeerId): SeedInit | undefined => seeds[peers.findIndex(one => one.equals(peer))]
  const call: SampleCall = async (peer, _count, { signal }) => {
    const { at = '', does } = initOf(peer) ?? {}
    if (does === 'is silent') return new Promise((_, reject) => signal?.addEventListener('abort', reject))
    if (does === 'fails') throw new Error('it is down')
    asked.push(at)
    return { peers: [{ peerRecord: RECORD.bytes }] }
  }
  const connections = peers.map(remotePeer => {
    return { remotePeer, remoteAddr: multiaddr(`/ip4/${initOf(remotePeer)?.at}/tcp/1`), status: 'open' }
  })
  const parts = {
    clock,
    random: seededRandom(seed),
    private: false,
    peerId: self,
    trust: new TrustDouble(peers),
    counts: { count: () => undefined, overlap: () => undefined },
    log: () => undefined,
    peerStore: { get: async () => ({}) },
    connectionManager: { getConnections: () => connections }
  } as unknown as Parts
  const init = { call, standings: new Standings(), isBlocked: () => false, onPoorSeed: () => undefined }
  return { clock, asked, sample: new Sampler(parts, init).sample(new AbortController().signal) }
}

const silent = (count: number): SeedInit[] =>
  Array.from({ length: count }, (_, index) => ({ at: `8.${index}.1.1`, does: 'is silent' }))

it('what one seed gave does not wait for all others that are down', async () => {
  const { clock, sample } = await asking([...silent(30), { at: '9.9.9.9', does: 'answers' }], 5)
  await clock.advance(ASKING_TIMEOUT_MS)
  await expect(sample).resolves.toBeInstanceOf(Array)
  expect(clock.pending).toBe(0)
})

it('one more seed is asked beside those that take long, until two have answered', async () => {
  const others: SeedInit[] = ['9.1.1.1', '9.2.1.1'].map(at => ({ at, does: 'answers' }))
  for (let seed = 1; seed <= 10; seed++) {
    const { clock, asked, sample } = await asking([...silent(1), ...others], seed)
    await clock.advance(SLOW_SEED_MS)
    expect((await sample).map(({ id }) => id)).toEqual([RECORD.id])
    expect(asked.toSorted()).toEqual(['9.1.1.1', '9.2.1.1'])
    expect(clock.pending).toBe(0)
  }
})

it('two seeds of different networks answer, also when the first of one network is down', async () => {
  const crowd: SeedInit[] = Array.from({ length: 6 }, (_, index) => ({ at: `8.8.${index}.1`, does: 'answers' }))
  const others: SeedInit[] = [
    { at: '9.9.1.1', does: 'fails' },
    { at: '9.9.2.1', does: 'answers' }
  ]
  for (let seed = 1; seed <= 20; seed++) {
    const { asked, sample } = await asking([...crowd, ...others], seed)
    await sample
    expect(asked.map(ip => ip.split('.')[0]).toSorted()).toEqual(['8', '9'])
  }
})

it('of a long list of seeds all have their turn, and not its beginning alone', async () => {
  const seeds: SeedInit[] = Array.from({ length: 200 }, (_, index) => ({ at: `8.${index}.1.1`, does: 'answers' }))
  const all = new Set<number>()
  for (let seed = 1; seed <= 20; seed++) {
    const { asked, sample } = await asking(seeds, seed)
    await sample
    for (const ip of asked) all.add(Math.floor(Number(ip.split('.')[1]) / 50))
  }
  expect(all).toEqual(new Set([0, 1, 2, 3]))
})
