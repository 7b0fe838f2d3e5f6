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
/** What we may cost more than libp2p alone. */
const MARGIN = 1.05

const STOCK = 'stock libp2p'
const fixtures = join(import.meta.dirname, 'fixtures')
const seed: RoleInit = {
  role: 'seed',
  transports: ALL_TRANSPORTS,
  env: { NODE_OPTIONS: `--expose-gc --import=${pathToFileURL(join(fixtures, 'collect-garbage.ts')).href}` }
}

interface Figures {
  /** Connections a second. */
  rates: number[]
  /** Resident KiB a connection. */
  memory: number[]
}

interface Side {
  name: string
  start: (init: RoleInit) => Promise<RunningNode>
}

/** What 500 peers, each with an identity of its own, cost a seed. */
export const connections: Measurement = {
  name: 'connections',
  measure: async options => [...(await measure('noise', options)), ...(await measure('tls', options))]
}

async function measure(encrypter: EncrypterName, { runs }: MeasureOptions): Promise<Row[]> {
  const init = { count: WARM_UP + CONNECTIONS, encrypter }
  await using peers = await startFixture<object>({ file: join(fixtures, 'many-peers.ts'), init })
  const ours: Figures = { rates: [], memory: [] }
  const stock: Figures = { rates: [], memory: [] }
  const turns = [
    () => sample(stock, peers, { name: STOCK, start: startStock }),
    () => sample(ours, peers, { name: 'seed', start: startRole })
  ]
  for (let run = 0; run < runs; run++) {
    // A B, B A, …: the dialling peers grow faster while their code is being compiled
    for (const turn of run % 2 === 0 ? turns : turns.toReversed()) await turn()
  }
  return toRows(encrypter === 'tls' ? 'TLS' : 'Noise', ours, stock)
}

async function sample(figures: Figures, peers: FixtureProcess<object>, { name, start }: Side): Promise<void> {
  await using server = await start(seed)
  const dial = (range: Omit<DialInit, 'address'>): Promise<number> =>
    peers.ask('dial', { ...range, address: server.tcpAddress })
  await dial({ from: 0, to: WARM_UP })
  const before = await settledMemory(server.pid)
  const ms = await dial({ from: WARM_UP, to: WARM_UP + CONNECTIONS })
  const after = await settledMemory(server.pid)
  await peers.ask('hangUp')
  figures.rates.push(CONNECTIONS / (ms / 1_000))
  figures.memory.push((after - before) / CONNECTIONS)
  reportProgress(`${name}: ${figures.rates.at(-1)?.toFixed(0)}/s, ${figures.memory.at(-1)?.toFixed(0)} KiB each`)
}

function toRows(name: string, ours: Figures, stock: Figures): Row[] {
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
