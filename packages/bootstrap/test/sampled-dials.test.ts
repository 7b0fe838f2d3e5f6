import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { dialSampled } from '../src/sampled-dials.ts'
import { Standings } from '../src/standing.ts'
import { newPeer } from './records.ts'
import type { PeerId } from '@libp2p/interface'
import type { SampledPeer } from '../src/answer.ts'
import type { Parts } from '../src/parts.ts'

const SEED = 'seed'
const withCode = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })

/** Dials eight peers that one seed named, each of which fails like this; says what the seed's standing is then. */
async function standingAfter(failure: Error): Promise<number | undefined> {
  const peers = await Promise.all(Array.from({ length: 8 }, newPeer))
  const sampled = peers.map((peer): SampledPeer => {
    const reach = [multiaddr('/ip6/2001:db8::1/tcp/1')]
    return { id: peer.toString(), peer, sequence: 1n, addresses: [], reach, networks: [], seed: SEED }
  })
  const parts = {
    clock: new ManualClock(),
    counts: { count: () => undefined },
    connectionManager: {
      getConnections: (peer?: PeerId) => (peer === undefined ? ['somebody'] : []),
      openConnection: async () => Promise.reject(failure)
    }
  } as unknown as Parts
  const standings = new Standings()
  const { signal } = new AbortController()
  await dialSampled(parts, sampled, { standings, onPoorSeed: () => undefined, goodAfterMs: 0, signal })
  return standings.of(SEED)
}

it('dead peers count against the seed that named them', async () => {
  expect(await standingAfter(withCode('ECONNREFUSED'))).toBeLessThan(0.25)
  expect(await standingAfter(new AggregateError([withCode('ENETUNREACH'), withCode('ETIMEDOUT')]))).toBeLessThan(0.25)
})

it('peers of a family that this machine has no way to count for nothing', async () => {
  expect(await standingAfter(withCode('ENETUNREACH'))).toBeUndefined()
  expect(await standingAfter(new AggregateError([withCode('ENETUNREACH'), withCode('EADDRNOTAVAIL')]))).toBeUndefined()
})
