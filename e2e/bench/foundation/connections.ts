import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import { settledMemory } from './resident-memory.ts'
import { ALL_TRANSPORTS, startRole, startStock } from './roles.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { DialInit } from './fixtures/many-peers.ts'
import type { EncrypterName } from './fixtures/waystone-libp2p.ts'
import type { RoleInit, RunningNode } from './roles.ts'

/** Connections that count, and those before them that warm both ends up. */
const CONNECTIONS = 500
const WARM_UP = 50
/** Connections to one server before it is the other's turn. */
const BATCH = 50
/** What we may cost more than libp2p alone. */
const MARGIN = 1.05

const STOCK = 'stock libp2p'
const fixtures = join(import.meta.dirname, 'fixtures')
const seed: RoleInit = {
  role: 'seed',
  transports: ALL_TRANSPORTS,
  env: { NODE_OPTIONS: `--expose-gc --import=${pathToFileURL(join(fixtures, 'collect-garbage.ts')).href}` }
}

/** One of the two that are compared. */
interface Side {
  name: string
  start: (init: RoleInit) => Promise<RunningNode>
  /** Connections a second, by run. */
  rates: number[]
  /** Resident KiB a connection, by run. */
  memory: number[]
}

/** What 500 peers, each with an identity of its own, cost a seed. */
export const connections: Measurement[] = [
  { name: 'connections, Noise', measure: options => measure('noise', options) },
  { name: 'connections, TLS', measure: options => measure('tls', options) }
]

async function measure(encrypter: EncrypterName, { runs }: MeasureOptions): Promise<Row[]> {
  const init = { count: WARM_UP + CONNECTIONS, encrypter }
  await using peers = await startFixture<object>({ file: join(fixtures, 'many-peers.ts'), init })
  const ours: Side = { name: 'seed', start: startRole, rates: [], memory: [] }
  const stock: Side = { name: STOCK, start: startStock, rates: [], memory: [] }
  for (let run = 0; run < runs; run++) {
    await sample(peers, [ours, stock])
    await peers.ask('hangUp')
  }
  return toRows(encrypter === 'tls' ? 'TLS' : 'Noise', ours, stock)
}

/** Both servers run, and the peers dial them in turn: a slower moment of the machine slows both. */
async function sample(peers: FixtureProcess<object>, sides: Side[]): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const running: { side: Side; server: RunningNode; before: number; ms: number }[] = []
  for (const side of sides) {
    const server = stack.use(await side.start(seed))
    await dial(peers, server, { from: 0, to: WARM_UP })
    running.push({ side, server, before: await settledMemory(server.pid), ms: 0 })
  }
  for (let from = WARM_UP; from < WARM_UP + CONNECTIONS; from += BATCH) {
    // A B, B A, …: whoever is second finds the peers warm
    running.reverse()
    for (const one of running) one.ms += await dial(peers, one.server, { from, to: from + BATCH })
  }
  for (const { side, server, before, ms } of running) {
    side.rates.push(CONNECTIONS / (ms / 1_000))
    side.memory.push(((await settledMemory(server.pid)) - before) / CONNECTIONS)
    reportProgress(`${side.name}: ${side.rates.at(-1)?.toFixed(0)}/s, ${side.memory.at(-1)?.toFixed(0)} KiB each`)
  }
}

async function dial(
  peers: FixtureProcess<object>,
  { tcpAddress }: RunningNode,
  range: Omit<DialInit, 'address'>
): Promise<number> {
  return await peers.ask('dial', { ...range, address: tcpAddress })
}

function toRows(name: string, ours: Side, stock: Side): Row[] {
  return [
    {
      name: `connections: set-up, ${name}`,
      unit: '1/s',
      samples: ours.rates,
      baseline: { name: STOCK, samples: stock.rates },
      target: { ratioAtLeast: Number((1 / MARGIN).toFixed(2)) }
    },
    {
      name: `connections: memory when idle, ${name}`,
      unit: 'KiB',
      samples: ours.memory,
      baseline: { name: STOCK, samples: stock.memory },
      target: { ratioAtMost: MARGIN }
    }
  ]
}
