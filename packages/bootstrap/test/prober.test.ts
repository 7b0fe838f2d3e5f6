import { TypedEventEmitter } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { MAX_CANDIDATES, PROBE_RETRY_MS, PROBES, PROBES_PER_NETWORK } from '../src/constants.ts'
import { Pool } from '../src/pool.ts'
import { Prober } from '../src/prober.ts'
import { makeRecord } from './records.ts'
import { TrustDouble } from './trust-double.ts'
import type { Connection, Libp2pEvents, PeerId } from '@libp2p/interface'
import type { Parts } from '../src/parts.ts'
import type { MadeRecord } from './records.ts'

const RECORDS: MadeRecord[] = await Promise.all(
  Array.from({ length: 40 }, async (_, index) => makeRecord({ addresses: [addressOf(index)] }))
)

/** One of each /16. */
function addressOf(index: number): string {
  return `/ip4/8.${index}.1.1/tcp/1`
}

interface Seed {
  clock: ManualClock
  prober: Prober
  /** Peer ids that were dialled back. */
  dialled: string[]
  /** A peer connects that says it is at this address. */
  come: (record: MadeRecord, address: string) => void
  leave: (record: Pick<MadeRecord, 'id' | 'peer'>) => void
  /** Dials that have begun and not ended. */
  open: () => number
  most: () => number
}

/** A seed that lets dials back fail, or hang until they are ended. */
function startSeed({ hangs = false }: { hangs?: boolean } = {}): Seed {
  const clock = new ManualClock()
  const events = new TypedEventEmitter<Libp2pEvents>()
  const connections = new Map<string, Connection>()
  const records = new Map<string, Uint8Array>()
  const dialled: string[] = []
  let [open, most] = [0, 0]
  const openConnection = async (targets: unknown, { signal }: { signal: AbortSignal }): Promise<never> => {
    dialled.push(String(targets).split('/p2p/')[1] ?? '')
    most = Math.max(most, ++open)
    try {
      if (hangs) await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      throw new Error('nobody is there')
    } finally {
      open--
    }
  }
  const parts = {
    clock,
    events,
    random: seededRandom(1),
    private: false,
    trust: new TrustDouble(),
    counts: { count: () => undefined },
    log: Object.assign(() => undefined, { error: () => undefined }),
    peerStore: { get: async (peer: PeerId) => ({ peerRecordEnvelope: records.get(peer.toString()) }) },
    connectionManager: {
      getConnections: (peer: PeerId) => [connections.get(peer.toString())].filter(one => one !== undefined),
      openConnection
    }
  } as unknown as Parts
  const prober = new Prober(parts, new Pool(parts))
  prober.start()
  onTestFinished(async () => prober.stop())
  const come: Seed['come'] = ({ id, peer, bytes }, address) => {
    const seen = { remotePeer: peer, remoteAddr: multiaddr(address), status: 'open', direction: 'inbound', streams: [] }
    connections.set(id, seen as unknown as Connection)
    records.set(id, bytes)
    events.dispatchEvent(new CustomEvent('peer:identify', { detail: { peerId: peer } }) as never)
  }
  const leave: Seed['leave'] = ({ id, peer }) => {
    connections.delete(id)
    events.dispatchEvent(new CustomEvent('peer:disconnect', { detail: peer }) as never)
  }
  return { clock, prober, dialled, come, leave, open: () => open, most: () => most }
}

/** One of many keys at one place; the seed only compares their ids until it is their turn. */
function floodPeer(index: number): MadeRecord {
  const id = `flood-${index}`
  return { ...RECORDS[0]!, id, peer: { toString: () => id } as PeerId }
}

it('has 4,096 candidates at most, and dials none at an IP that is not its own', async () => {
  const { clock, dialled, come, prober } = startSeed()
  for (let index = 0; index < MAX_CANDIDATES; index++) come(floodPeer(index), '/ip4/9.9.9.9/tcp/1')
  come(RECORDS[1]!, addressOf(1))
  expect(prober.waiting).toBe(MAX_CANDIDATES)
  await clock.advance(60_000)
  expect(dialled).toEqual([])
})

it('gives the places of those that only paid a short visit to whoever is here', async () => {
  const { clock, dialled, come, leave, prober } = startSeed()
  for (let index = 0; index < MAX_CANDIDATES; index++) come(floodPeer(index), '/ip4/9.9.9.9/tcp/1')
  // from now on all wait for the limit of their network
  await clock.advance(3_000)
  for (let index = 0; index < MAX_CANDIDATES; index++) leave(floodPeer(index))
  expect(prober.waiting).toBe(MAX_CANDIDATES)
  const honest = RECORDS[1]!
  come(honest, addressOf(1))
  await clock.advance(10_000)
  expect(dialled).toEqual([honest.id])
  expect(prober.waiting).toBeLessThanOrEqual(MAX_CANDIDATES)
})

it('dials four at one time at most', async () => {
  const { clock, come, open, most } = startSeed({ hangs: true })
  for (const [index, record] of RECORDS.entries()) come(record, addressOf(index))
  await clock.advance(3_000)
  expect([open(), most()]).toEqual([4, 4])
  await clock.advance(60_000)
  expect(most()).toBe(4)
})

it('dials no more than 20 at once and 5 a second, however many come', async () => {
  const { clock, dialled, come } = startSeed()
  for (const [index, record] of RECORDS.entries()) come(record, addressOf(index))
  await clock.advance(1_000)
  expect(dialled.length).toBeLessThanOrEqual(PROBES.capacity + PROBES.refillPerSecond)
  await clock.advance(9_000)
  expect(new Set(dialled).size).toBe(RECORDS.length)
})

it('dials no more than 8 at once and 1 in 30 s of one /24', async () => {
  const { clock, dialled, come } = startSeed()
  const near = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => makeRecord({ addresses: [`/ip4/8.8.8.${index}/tcp/1`] }))
  )
  for (const [index, record] of near.entries()) come(record, `/ip4/8.8.8.${index}/tcp/9`)
  await clock.advance(PROBE_RETRY_MS / 2)
  expect(dialled).toHaveLength(PROBES_PER_NETWORK.capacity)
  await clock.advance(10 * 60_000)
  expect(dialled.length).toBeLessThanOrEqual(PROBES_PER_NETWORK.capacity + 21)
})

it('does not dial one that failed sooner because it comes again', async () => {
  const { clock, dialled, come } = startSeed()
  const [record] = RECORDS
  for (let visit = 0; visit < 9; visit++) {
    come(record!, addressOf(0))
    await clock.advance(1_000)
  }
  expect(dialled).toHaveLength(1)
})

it('ends its dials when it stops, and leaves no timer', async () => {
  const { clock, come, open, prober } = startSeed({ hangs: true })
  for (const [index, record] of RECORDS.entries()) come(record, addressOf(index))
  await clock.advance(1_000)
  expect(open()).toBe(4)
  await prober.stop()
  expect([open(), clock.pending, prober.waiting]).toEqual([0, 0, 0])
})
