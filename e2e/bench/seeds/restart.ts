import { until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { reportProgress } from '../interleave.ts'
import { runFirst } from '../run-first.ts'
import { startEdges, startSeeds } from './cluster.ts'
import { writeCluster } from './fixtures/cluster-files.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { SeedsReady } from './fixtures/seeds.ts'

const EDGES = Number(process.env['BENCH_EDGES'] ?? 100)
/** Edges share processes: a hundred would be what keeps the machine busy. */
const PROCESSES = 2
const SEEDS = 2
const MAX_SHARE = 10
const MAX_BLOCK_MS = 200
const PATIENCE_MS = 60_000
/** A run takes a minute. */
const MAX_RUNS = 2

interface Seen {
  blockMs: number
  visitors: string[]
}

interface Network {
  seeds: FixtureProcess<SeedsReady>[]
  edges: FixtureProcess<object>[]
}

/** All edges of a network stop, and start at once: with what they remember, and without. Each seed has a process of its own. */
export const restart: Measurement = {
  name: 'restart',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using folder = await temporaryFolder()
    await using stack = new AsyncDisposableStack()
    const network = await startNetwork(stack, folder.path)
    const [warm, cold]: [Seen[], Seen[]] = [[], []]
    for (let run = 0; run < Math.min(runs, MAX_RUNS); run++) {
      await tellAll(network.edges, 'remember')
      warm.push(await restartAll(network))
      await tellAll(network.edges, 'stop')
      await tellAll(network.edges, 'forget')
      cold.push(await startAll(network))
      const [share, block] = [warm.at(-1)?.visitors.length, cold.at(-1)?.blockMs.toFixed(0)]
      reportProgress(`run ${run + 1}  ${share} of ${EDGES} with caches; without them blocked for ${block} ms at most`)
    }
    return toRows(warm, cold)
  }
}

async function startNetwork(stack: AsyncDisposableStack, folder: string): Promise<Network> {
  const settings = await writeCluster(folder, SEEDS)
  const seeds: FixtureProcess<SeedsReady>[] = []
  for (let member = 0; member < SEEDS; member++) {
    const known = seeds.flatMap(({ ready }) => ready.addresses)
    const seed = stack.use(await startSeeds({ settings, members: [member], seeds: known }))
    runFirst(seed.pid)
    seeds.push(seed)
  }
  const init = { settings, seeds: seeds.flatMap(({ ready }) => ready.addresses), count: EDGES / PROCESSES }
  const edges: FixtureProcess<object>[] = []
  while (edges.length < PROCESSES) edges.push(stack.use(await startEdges(init)))
  await tellAll(edges, 'grow')
  return { seeds, edges }
}

async function restartAll(network: Network): Promise<Seen> {
  await tellAll(network.edges, 'stop')
  return await startAll(network)
}

async function startAll({ seeds, edges }: Network): Promise<Seen> {
  // only the other seed is still there
  await until(async () => (await peersOf(seeds)).every(count => count < SEEDS), { ms: PATIENCE_MS })
  await tellAll(seeds, 'begin')
  await tellAll(edges, 'start')
  const seen = await Promise.all(seeds.map(async seed => await seed.ask<Seen>('seen')))
  return {
    blockMs: Math.max(...seen.map(({ blockMs }) => blockMs)),
    visitors: [...new Set(seen.flatMap(({ visitors }) => visitors))]
  }
}

async function peersOf(seeds: Network['seeds']): Promise<number[]> {
  return (await Promise.all(seeds.map(async seed => await seed.ask<number[]>('peers')))).flat()
}

async function tellAll(processes: readonly FixtureProcess<unknown>[], what: string): Promise<void> {
  await Promise.all(processes.map(async each => await each.ask(what)))
}

function toRows(warm: readonly Seen[], cold: readonly Seen[]): Row[] {
  const share = ({ visitors }: Seen): number => (visitors.length / EDGES) * 100
  return [
    {
      name: `${EDGES} edges restarted with caches: that contact a seed`,
      unit: '%',
      samples: warm.map(share),
      baseline: { name: 'without caches', samples: cold.map(share) },
      target: { valueAtMost: MAX_SHARE }
    },
    {
      name: `${EDGES} edges restarted without caches: longest block of a seed`,
      unit: 'ms',
      samples: cold.map(({ blockMs }) => blockMs),
      baseline: { name: 'with caches', samples: warm.map(({ blockMs }) => blockMs) },
      target: { valueAtMost: MAX_BLOCK_MS }
    }
  ]
}
