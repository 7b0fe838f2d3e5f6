import { fromBinary } from '@bufbuild/protobuf'
import { expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { registry as registryApi } from '@waystone/wire/admin'
import { RecordSchema } from '@waystone/wire/registry'
import { calmly } from '../harness/lab-node.ts'
import { startNamedCluster } from '../harness/named-cluster.ts'
import { expectedRooms, writeAt, writerKey } from '../harness/registry-writes.ts'
import { whyNoSeedLab } from '../harness/seed-lab.ts'
import type { LabNode } from '../harness/lab-node.ts'
import type { RegistryWrite } from '../harness/registry-writes.ts'

const SEEDS = 5
/** Of a hundred packets that come in anywhere. */
const LOST = 3
/** Rooms of one peer; a registry takes 64. */
const ROOMS = 50
const HALF_AN_HOUR_MS = 1_800_000
const PAGE = 200

const reason = whyNoSeedLab()
if (reason !== undefined) console.log(`left out: registries after a partition (${reason})`)

/** Rooms from one number to before another. */
function rooms(peer: number, [from, to]: [number, number], sequence: number, withdrawn = false): RegistryWrite[] {
  return Array.from({ length: to - from }, (_, index) => ({ peer, room: `room-${from + index}`, sequence, withdrawn }))
}

/** Peers 0-2 are on both sides: on one they were quicker to say something newer. */
const before = [0, 1, 2].flatMap(peer => rooms(peer, [0, ROOMS], 1))
const onOneSide = [
  ...rooms(0, [0, 20], 2),
  ...rooms(0, [20, 30], 2, true),
  ...rooms(1, [0, 5], 3),
  ...rooms(3, [0, ROOMS], 1),
  ...rooms(4, [0, ROOMS], 1)
]
const onTheOther = [
  ...rooms(0, [10, 25], 3),
  ...rooms(1, [0, 10], 2, true),
  ...rooms(2, [40, 60], 2),
  ...rooms(5, [0, ROOMS], 1),
  ...rooms(6, [0, ROOMS], 1)
]
const takenBack = [...rooms(3, [0, 10], 2, true), ...rooms(5, [20, 25], 2, true)]

it.skipIf(reason !== undefined)(
  'the registries of five seeds are equal after a partition, whatever was registered and withdrawn on both sides',
  { timeout: 150_000 },
  async () => {
    await using named = await startNamedCluster({ size: SEEDS })
    const { lab, seeds } = named
    lab.lose(LOST)
    const [first, , third] = seeds as readonly LabNode[] as [LabNode, LabNode, LabNode]
    const expiry = systemClock.now() + HALF_AN_HOUR_MS

    await writeAt(first, { expiry, writes: before })
    await untilEqual(seeds)
    lab.partition(lab.machines.slice(0, 2), lab.machines.slice(2))
    await Promise.all([writeAt(first, { expiry, writes: onOneSide }), writeAt(third, { expiry, writes: onTheOther })])
    await Promise.all([
      writeAt(first, { expiry, writes: takenBack.slice(0, 10) }),
      writeAt(third, { expiry, writes: takenBack.slice(10) })
    ])
    const [one, other] = [await untilEqual(seeds.slice(0, 2)), await untilEqual(seeds.slice(2))]
    expect(one).not.toBe(other)
    lab.heal()

    const healedAt = systemClock.monotonic()
    await untilEqual(seeds)
    const took = systemClock.monotonic() - healedAt
    const digests = await Promise.all(seeds.map(digestOf))
    for (const [index, digest] of digests.entries()) console.log(`seed ${index + 1}: ${digest}`)
    console.log(`equal ${(took / 1_000).toFixed(1)} s after the partition ended`)
    expect(new Set(digests).size).toBe(1)
    const expected = await linesOf(expectedRooms([...before, ...onOneSide, ...onTheOther, ...takenBack]))
    for (const seed of seeds) expect(await recordsOf(seed)).toEqual(expected)
  }
)

async function untilEqual(seeds: readonly LabNode[]): Promise<string> {
  const equal = async (): Promise<string | undefined> => {
    const digests = new Set(await Promise.all(seeds.map(digestOf)))
    return digests.size === 1 ? [...digests][0] : undefined
  }
  return await calmly(equal, `the registries of ${seeds.length} seeds to be equal`)
}

async function digestOf(seed: LabNode): Promise<string> {
  const { digest } = await (await seed.client(registryApi.RegistryAdminService)).listKinds({})
  return Buffer.from(digest).toString('hex')
}

/** Peer, room and sequence of everything that a registry holds, in order. */
async function recordsOf(seed: LabNode): Promise<string[]> {
  const client = await seed.client(registryApi.RegistryAdminService)
  const found: string[] = []
  let cursor = ''
  do {
    const { answer } = await client.query({ query: { kind: 'rendezvous', page: { size: PAGE, cursor } } })
    found.push(...(answer?.records ?? []).map(({ record }) => fromBinary(RecordSchema, record)).map(lineOf))
    cursor = answer?.page?.nextCursor ?? ''
  } while (cursor !== '')
  return found.toSorted()
}

function lineOf({ peer, key, sequence }: { peer: Uint8Array; key: string; sequence: bigint }): string {
  return `${Buffer.from(peer).toString('hex')} ${key} ${sequence}`
}

async function linesOf(writes: readonly RegistryWrite[]): Promise<string[]> {
  const lines = writes.map(async ({ peer, room, sequence }) => {
    const { publicKey } = await writerKey(peer)
    return lineOf({ peer: publicKey.toMultihash().bytes, key: room, sequence: BigInt(sequence) })
  })
  return (await Promise.all(lines)).toSorted()
}
