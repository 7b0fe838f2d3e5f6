import { join } from 'node:path'
import { systemClock } from '@waystone/kit'
import { registry as registryApi } from '@waystone/wire/admin'
import { makeLabCluster, untilMeshed } from '../../harness/lab-cluster.ts'
import { startOn } from '../../harness/lab-node.ts'
import { writeAt } from '../../harness/registry-writes.ts'
import { createSeedLab, whyNoSeedLab } from '../../harness/seed-lab.ts'
import { reportProgress } from '../interleave.ts'
import { digestOf, untilSame } from './digests.ts'
import { fillRegistry } from './full-registry.ts'
import { RECORDS_TEXT } from './size.ts'
import type { LabNode } from '../../harness/lab-node.ts'
import type { SeedLab } from '../../harness/seed-lab.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { RegistryAdmin } from './digests.ts'

const NAME = 'seeds.lab.test'
const PARTITION_MS = Number(process.env['BENCH_PARTITION_MS'] ?? 60_000)
const MAX_SECONDS = 5
const PATIENCE_MS = 120_000
/** A run takes more than a minute. */
const MAX_RUNS = 2
const PEERS = 3
const ROOMS = 20
const LIFETIME_MS = 3_600_000

/** Two seeds with full registries, on machines of their own: network namespaces. */
export const partition: Measurement = {
  name: 'partition',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const reason = whyNoSeedLab()
    if (reason !== undefined) throw new Error(`no partition without network namespaces: ${reason}`)
    await using lab = await createSeedLab({ machines: 2 })
    const settings = { 'discovery.dns': NAME, 'mdns.enabled': 'false' }
    const cluster = await makeLabCluster(lab, { size: 2, settings })
    await lab.dns.setHost(
      NAME,
      lab.machines.map(({ ip }) => ip)
    )
    await using stack = new AsyncDisposableStack()
    for (const { home } of lab.machines) await fillRegistry(join(home, '.waystone', 'seed'))
    const seeds = lab.machines.map(machine => stack.use(startOn(machine, 'seed', cluster.seedArgs)))
    await untilMeshed(seeds)
    const network = { lab, seeds, admins: await Promise.all(seeds.map(adminOf)) }
    const [healed, connected]: [number[], number[]] = [[], []]
    for (let run = 1; run <= Math.min(runs, MAX_RUNS); run++) {
      connected.push(await withoutPartition(network, 2 * run))
      healed.push(await afterPartition(network, 2 * run + 1))
      reportProgress(`run ${run}  ${healed.at(-1)?.toFixed(2)} s, connected ${connected.at(-1)?.toFixed(2)} s`)
    }
    return [toRow(healed, connected)]
  }
}

interface Network {
  lab: SeedLab
  seeds: readonly LabNode[]
  admins: readonly RegistryAdmin[]
}

/** Seconds until both know what one was told. */
async function withoutPartition({ seeds, admins }: Network, sequence: number): Promise<number> {
  await untilSame(admins, PATIENCE_MS)
  const before = await digestOf(admins[0] ?? fail())
  await write(seeds.slice(0, 1), sequence)
  return (await untilSame(admins, PATIENCE_MS, before)) / 1_000
}

/** Seconds from the end of the partition until both know what either was told meanwhile. */
async function afterPartition({ lab, seeds, admins }: Network, sequence: number): Promise<number> {
  const before = await digestOf(admins[0] ?? fail())
  lab.partition(lab.machines.slice(0, 1), lab.machines.slice(1))
  await write(seeds, sequence)
  // the partition itself is what has to last: connections break in the meantime, or do not
  await systemClock.sleep(PARTITION_MS)
  const parted = new Set(await Promise.all(admins.map(digestOf)))
  if (parted.size !== 2) throw new Error('the partition let something through')
  lab.heal()
  return (await untilSame(admins, PATIENCE_MS, before)) / 1_000
}

function fail(): never {
  throw new Error('there is no seed')
}

/** At each seed by peers of its own, from the machine of the seed. */
async function write(seeds: readonly LabNode[], sequence: number): Promise<void> {
  const expiry = systemClock.now() + LIFETIME_MS
  const tell = async (seed: LabNode, side: number): Promise<void> => {
    const peers = Array.from({ length: PEERS }, (_, index) => PEERS * side + index)
    const writes = peers.flatMap(peer => roomsOf(peer, sequence))
    await writeAt(seed, { expiry, writes })
  }
  await Promise.all(seeds.map(tell))
}

function roomsOf(peer: number, sequence: number) {
  return Array.from({ length: ROOMS }, (_, index) => ({ peer, room: `room-${index}`, sequence, withdrawn: false }))
}

async function adminOf(seed: LabNode): Promise<RegistryAdmin> {
  return await seed.client(registryApi.RegistryAdminService)
}

function toRow(healed: number[], connected: number[]): Row {
  return {
    name: `${RECORDS_TEXT} records: two seeds agree after ${PARTITION_MS / 1_000} s apart`,
    unit: 's',
    samples: healed,
    baseline: { name: 'when connected', samples: connected },
    target: { valueAtMost: MAX_SECONDS }
  }
}
