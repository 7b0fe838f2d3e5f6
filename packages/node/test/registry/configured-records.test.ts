import { fromBinary } from '@bufbuild/protobuf'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock, until } from '@waystone/kit/testing'
import { CapabilitySchema, RelayAdvertSchema, RendezvousSchema } from '@waystone/wire/registry'
import { EntryInvalidError } from '@waystone/registry/client'
import { expect, onTestFinished, test } from 'vitest'
import { ConfiguredRecords } from '../../src/registry/configured-records.ts'
import { peerOf } from '../cluster/cluster-file.ts'
import type { Config } from '../../src/config/schema.ts'
import type { NodeComponents } from '../../src/plugins/plugin.ts'

const peerId = await peerOf(10)
const [DIRECT, OTHER] = ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1']
const RELAYED = `${OTHER}/p2p/${(await peerOf(11)).toString()}/p2p-circuit`

const RELAY = { enabled: true, maxReservations: 100, circuitBytes: 'unlimited', circuitDuration: 90_500 }

interface Told {
  name: string
  payload: Uint8Array
}

/** A node that registers this, by a clock that stands still. */
async function setUp(
  registry: object,
  { relayService = RELAY as object, addresses = [DIRECT], withdrawing = Promise.resolve() } = {}
) {
  const clock = new ManualClock()
  const events = new EventTarget()
  const reservations = new Map<string, unknown>()
  const told: Told[] = []
  const faults: unknown[] = []
  const enroll = (kind: string, first: Uint8Array, { key = '' } = {}) => {
    const name = `${kind} ${key}`.trim()
    if (first.length > 4_096) throw new EntryInvalidError('the payload is too large')
    told.push({ name, payload: first })
    return {
      update: (payload: Uint8Array) => void told.push({ name: `again ${name}`, payload }),
      withdraw: async () => {
        told.push({ name: `no ${name}`, payload: new Uint8Array() })
        await withdrawing
      }
    }
  }
  const components = {
    peerId,
    events,
    logger: { forComponent: () => ({ error: (_text: string, fault: unknown) => void faults.push(fault) }) },
    addressManager: { getAddresses: () => addresses.map(text => multiaddr(`${text}/p2p/${peerId.toString()}`)) },
    registry: { enroll, watch: () => {} },
    relayServer: { reservations }
  } as unknown as NodeComponents
  const config = { registry: { advertiseRelay: false, capabilities: [], rendezvous: [], ...registry }, relayService }
  const records = new ConfiguredRecords(components, { config: config as unknown as Config, clock })
  onTestFinished(() => records.stop())
  const moved = async (...to: string[]): Promise<void> => {
    addresses.splice(0, addresses.length, ...to)
    events.dispatchEvent(new Event('self:peer:update'))
    await clock.advance(0)
  }
  const reserve = (count: number): void => {
    reservations.clear()
    for (let index = 0; index < count; index++) reservations.set(String(index), {})
  }
  return { records, clock, told, faults, moved, reserve, names: () => told.map(({ name }) => name) }
}

type SetUp = Awaited<ReturnType<typeof setUp>>

/** Starts it, and waits until something was told; what is needed for that is loaded then. */
async function begin({ records, told }: SetUp): Promise<void> {
  records.start()
  records.afterStart()
  await until(() => told.length > 0)
}

const advertsOf = ({ told }: SetUp) => told.map(({ payload }) => fromBinary(RelayAdvertSchema, payload))

test('registers what the config says, at the addresses of the node without its peer id', async () => {
  const capabilities = [{ name: 'x/v1', numbers: { memory: 8 }, slots: 2 }]
  const made = await setUp(
    { advertiseRelay: true, region: 'eu', capabilities, rendezvous: ['chess'] },
    { addresses: [DIRECT, RELAYED] }
  )
  await begin(made)
  expect(made.names()).toEqual(['relay-advert', 'capability x/v1', 'rendezvous chess'])
  const [relay, capability, rendezvous] = made.told.map(({ payload }) => payload) as [
    Uint8Array,
    Uint8Array,
    Uint8Array
  ]
  // a relay that is reached through another one is none
  expect(fromBinary(RelayAdvertSchema, relay)).toMatchObject({
    addresses: [DIRECT],
    region: 'eu',
    maxReservations: 100,
    reservations: 0,
    circuitBytes: 0n,
    circuitSeconds: 91
  })
  const known = { name: 'x/v1', numbers: { memory: 8 }, slots: 2, addresses: [DIRECT, RELAYED] }
  expect(fromBinary(CapabilitySchema, capability)).toMatchObject(known)
  expect(fromBinary(RendezvousSchema, rendezvous).addresses).toEqual([DIRECT, RELAYED])
})

test('says nothing of a relay, or of a meeting place, before there is an address', async () => {
  const capabilities = [{ name: 'x/v1' }]
  const made = await setUp({ advertiseRelay: true, capabilities, rendezvous: ['chess'] }, { addresses: [] })
  await begin(made)
  expect(made.names()).toEqual(['capability x/v1'])
  await made.moved(RELAYED)
  await made.clock.advance(1_000)
  expect(made.names()).toEqual(['capability x/v1', 'again capability x/v1', 'rendezvous chess'])
  await made.moved(RELAYED, DIRECT)
  await made.clock.advance(1_000)
  expect(made.names().slice(3)).toEqual(['relay-advert', 'again capability x/v1', 'again rendezvous chess'])
})

test('takes back its relay and its meeting place when it has lost its last address, and has them again with the next', async () => {
  const capabilities = [{ name: 'x/v1' }]
  const made = await setUp({ advertiseRelay: true, capabilities, rendezvous: ['chess'] })
  await begin(made)
  await made.moved()
  await made.clock.advance(1_000)
  expect(made.names().slice(3)).toEqual(['no relay-advert', 'no rendezvous chess', 'again capability x/v1'])
  await made.clock.advance(60_000)
  expect(made.told).toHaveLength(6)
  await made.moved(OTHER)
  await made.clock.advance(1_000)
  expect(made.names().slice(6)).toEqual(['relay-advert', 'again capability x/v1', 'rendezvous chess'])
  // reached through another relay alone, it is a relay no more
  await made.moved(RELAYED)
  await made.clock.advance(1_000)
  expect(made.names().slice(9)).toEqual(['no relay-advert', 'again capability x/v1', 'again rendezvous chess'])
})

test('leaves out addresses that do not fit: a relay decides how long those through it are', async () => {
  const long = Array.from({ length: 20 }, (_, index) => `/dns4/${`${index}.`.padEnd(240, 'x')}/tcp/1`)
  const texts = { about: 'x'.repeat(128) }
  const made = await setUp(
    { advertiseRelay: true, capabilities: [{ name: 'x/v1', texts }], rendezvous: ['chess'] },
    { addresses: [DIRECT, `/dns4/${'x'.repeat(600)}/tcp/1`, ...long] }
  )
  await begin(made)
  expect(made.told).toHaveLength(3)
  for (const { payload } of made.told) expect(payload.length).toBeLessThanOrEqual(4_096)
  const { addresses } = fromBinary(RelayAdvertSchema, made.told[0]!.payload)
  expect(addresses).toEqual([DIRECT, ...long].slice(0, addresses.length))
  expect(addresses.length).toBeGreaterThan(10)
})

test('goes on when one of the records that the config asks for cannot be: the node does not end for it', async () => {
  const texts = Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`t${index}`, 'x'.repeat(128)]))
  const made = await setUp({ capabilities: [{ name: 'x/v1', texts }], rendezvous: ['chess'] })
  await begin(made)
  expect(made.names()).toEqual(['rendezvous chess'])
  await made.moved(OTHER)
  await made.clock.advance(1_000)
  expect(made.names()).toEqual(['rendezvous chess', 'again rendezvous chess'])
  expect(made.faults.map(String)).toEqual([
    expect.stringContaining('EntryInvalidError'),
    expect.stringContaining('EntryInvalidError')
  ])
})

test('registers nothing anew before it has been taken back', async () => {
  const { promise: withdrawing, reject } = Promise.withResolvers<void>()
  const made = await setUp({ rendezvous: ['chess'] }, { withdrawing })
  await begin(made)
  await made.moved()
  await made.clock.advance(1_000)
  await made.moved(OTHER)
  await made.clock.advance(10_000)
  expect(made.names()).toEqual(['rendezvous chess', 'no rendezvous chess'])
  reject(new Error('nobody can be told'))
  await made.clock.advance(0)
  await made.clock.advance(1_000)
  expect(made.names().slice(2)).toEqual(['rendezvous chess'])
})

test('tells all changes of addresses within a second at once, and nothing that is as it was', async () => {
  const made = await setUp({ rendezvous: ['chess', 'go'] })
  await begin(made)
  await made.moved(DIRECT, OTHER)
  await made.clock.advance(500)
  await made.moved(OTHER)
  await made.clock.advance(499)
  expect(made.told).toHaveLength(2)
  await made.clock.advance(1)
  expect(made.names().slice(2)).toEqual(['again rendezvous chess', 'again rendezvous go'])
  expect(fromBinary(RendezvousSchema, made.told[2]!.payload).addresses).toEqual([OTHER])
  await made.moved(OTHER)
  await made.clock.advance(10_000)
  expect(made.told).toHaveLength(4)
})

test('tells how many reservations a relay holds when they have changed by more than a tenth, and when it is full', async () => {
  const made = await setUp({ advertiseRelay: true })
  await begin(made)
  for (const count of [10, 21, 31, 95, 100, 99]) {
    made.reserve(count)
    await made.clock.advance(30_000)
  }
  expect(advertsOf(made).map(({ reservations }) => reservations)).toEqual([0, 21, 95, 100, 99])
})

test('advertises no relay that is switched off', async () => {
  const made = await setUp(
    { advertiseRelay: true, rendezvous: ['chess'] },
    { relayService: { ...RELAY, enabled: false } }
  )
  await begin(made)
  expect([made.names(), made.clock.pending]).toEqual([['rendezvous chess'], 0])
})

test('tells nothing more after a stop and leaves no timer, and all of it after another start', async () => {
  const made = await setUp({ advertiseRelay: true })
  await begin(made)
  await made.moved(OTHER)
  made.records.stop()
  await made.moved(DIRECT)
  await made.clock.advance(60_000)
  expect([made.names(), made.clock.pending]).toEqual([['relay-advert'], 0])
  made.records.afterStart()
  await until(() => made.told.length > 1)
  expect(made.names()).toEqual(['relay-advert', 'relay-advert'])
})

test('leaves no timer either when it was started twice before it had begun', async () => {
  const made = await setUp({ advertiseRelay: true })
  made.records.afterStart()
  made.records.stop()
  await begin(made)
  await made.clock.advance(0)
  made.records.stop()
  expect([made.names(), made.clock.pending]).toEqual([['relay-advert'], 0])
})

test('tells nothing when it is stopped while it starts', async () => {
  const made = await setUp({ advertiseRelay: true })
  made.records.afterStart()
  made.records.stop()
  // what it stands on has been loaded by then
  await import('../../src/registry/payloads.ts')
  await made.clock.advance(60_000)
  expect([made.told, made.clock.pending]).toEqual([[], 0])
})
