import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startFixture } from '../fixture-process.ts'
import { settledMemory } from '../foundation/resident-memory.ts'
import { ALL_TRANSPORTS, startStock } from '../foundation/roles.ts'
import { reportProgress } from '../interleave.ts'
import { runFirst } from '../run-first.ts'
import { p99, startPeers, startSeed } from './seed.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { RunningNode } from '../foundation/roles.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** Connections that count, and those before them that warm both ends up. */
const CONNECTIONS = Number(process.env['BENCH_PEERS'] ?? 2_000)
const WARM_UP = 50
const BATCH = 100
const MAX_RATIO = 1.05
const QUERIES = 300
/** A client that has just started compiles its code while it asks. */
const WARM_UP_QUERIES = 50
const MAX_QUERY_MS = 50
/** A run takes a minute. */
const MAX_RUNS = 2

const foundation = join(import.meta.dirname, '../foundation/fixtures')
const init = {
  role: 'seed' as const,
  transports: ALL_TRANSPORTS,
  maxConnections: 2 * CONNECTIONS + WARM_UP,
  env: { NODE_OPTIONS: `--expose-gc --import=${pathToFileURL(join(foundation, 'collect-garbage.ts')).href}` }
}

interface Sampled {
  seed: number
  stock: number
  alone: number
  crowded: number
}

/** Idle peers with keys of their own, connected to a seed with a full registry and to stock libp2p. */
export const idlePeers: Measurement = {
  name: 'idle peers',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const file = join(foundation, 'many-peers.ts')
    const peersInit = { count: WARM_UP + CONNECTIONS, encrypter: 'noise' }
    await using peers = await startFixture<object>({ file, init: peersInit })
    const samples: Sampled[] = []
    for (let run = 0; run < Math.min(runs, MAX_RUNS); run++) {
      samples.push(await sample(peers))
      await peers.ask('hangUp')
    }
    return toRows(samples)
  }
}

async function sample(peers: FixtureProcess<object>): Promise<Sampled> {
  await using seed = await startSeed({ ...init, isFull: true })
  runFirst(seed.pid)
  const alone = await queryP99(seed)
  const memory = await grow(peers, seed)
  // the stock node has gone, and all its connections with it: an answer comes when the peers have seen to that
  await dial(peers, seed, { from: 0, to: 0 })
  const taken = { ...memory, alone, crowded: await queryP99(seed) }
  reportProgress(
    `seed ${taken.seed.toFixed(0)} KiB, stock ${taken.stock.toFixed(0)} KiB each; query p99 ${taken.crowded.toFixed(1)} ms`
  )
  return taken
}

/** KiB for each connection, of both. Only those to the seed stay. */
async function grow(peers: FixtureProcess<object>, seed: RunningNode): Promise<Pick<Sampled, 'seed' | 'stock'>> {
  await using stock = await startStock(init)
  const servers = [seed, stock]
  for (const server of servers) await dial(peers, server, { from: 0, to: WARM_UP })
  const before = [await settledMemory(seed.pid), await settledMemory(stock.pid)] as const
  for (let from = WARM_UP; from < WARM_UP + CONNECTIONS; from += BATCH) {
    // A B, B A, …: whoever is second finds the peers warm
    servers.reverse()
    for (const server of servers) await dial(peers, server, { from, to: from + BATCH })
  }
  const after = [await settledMemory(seed.pid), await settledMemory(stock.pid)] as const
  return { seed: (after[0] - before[0]) / CONNECTIONS, stock: (after[1] - before[1]) / CONNECTIONS }
}

async function dial(peers: FixtureProcess<object>, { tcpAddress }: RunningNode, range: object): Promise<void> {
  await peers.ask('dial', { ...range, address: tcpAddress })
}

async function queryP99(seed: RunningNode): Promise<number> {
  await using asker = await startPeers({ peers: 1, records: 0 })
  runFirst(asker.pid)
  await asker.ask('connect', seed.tcpAddress)
  await asker.ask('queries', WARM_UP_QUERIES)
  return p99(await asker.ask<number[]>('queries', QUERIES))
}

function toRows(samples: readonly Sampled[]): Row[] {
  const count = CONNECTIONS.toLocaleString('en')
  return [
    {
      name: `${count} idle peers: memory of each`,
      unit: 'KiB',
      samples: samples.map(({ seed }) => seed),
      baseline: { name: 'stock libp2p', samples: samples.map(({ stock }) => stock) },
      target: { ratioAtMost: MAX_RATIO }
    },
    {
      name: `${count} idle peers: registry query, p99`,
      unit: 'ms',
      samples: samples.map(({ crowded }) => crowded),
      baseline: { name: 'without them', samples: samples.map(({ alone }) => alone) },
      target: { valueAtMost: MAX_QUERY_MS }
    }
  ]
}
