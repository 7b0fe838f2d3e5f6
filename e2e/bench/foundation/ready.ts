import { systemClock } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { startCommand } from '../../harness/command.ts'
import { interleave } from '../interleave.ts'
import { untilEvent } from './command-event.ts'
import { ALL_TRANSPORTS, startRole, startStock } from './roles.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { RoleInit, RunningNode } from './roles.ts'

const NODE_READY_MS = 1_000
const NETWORK_READY_MS = 10_000

/** From the start of a process until it says that it is ready. Its data folder is new each time. */
export const ready: Measurement = { name: 'ready', measure }

async function measure({ runs }: MeasureOptions): Promise<Row[]> {
  await using seed = await startRole({ role: 'seed', transports: ALL_TRANSPORTS })
  const relay: RoleInit = { role: 'relay', transports: ALL_TRANSPORTS }
  const tcpRelay: RoleInit = { role: 'relay', transports: ['tcp'] }
  const edge: RoleInit = { role: 'edge', transports: ALL_TRANSPORTS, seeds: [seed.tcpAddress] }
  const samples = await interleave(
    {
      relay: () => timeNode(() => startRole(relay)),
      stockRelay: () => timeNode(() => startStock(relay)),
      tcpRelay: () => timeNode(() => startRole(tcpRelay)),
      stockTcpRelay: () => timeNode(() => startStock(tcpRelay)),
      edge: () => timeNode(() => startRole(edge)),
      stockEdge: () => timeNode(() => startStock(edge)),
      network: timeNetwork
    },
    { runs }
  )
  const stock = (of: number[]): Row['baseline'] => ({ name: 'stock libp2p', samples: of })
  return [
    row('relay, all transports', samples.relay, stock(samples.stockRelay)),
    row('relay, TCP only', samples.tcpRelay, stock(samples.stockTcpRelay)),
    row('edge, all transports, one seed', samples.edge, stock(samples.stockEdge)),
    {
      ...row('waystone up', samples.network, { name: 'one relay', samples: samples.relay }),
      target: { valueAtMost: NETWORK_READY_MS }
    }
  ]
}

function row(name: string, samples: number[], baseline: Row['baseline']): Row {
  return { name: `ready: ${name}`, unit: 'ms', samples, baseline, target: { valueAtMost: NODE_READY_MS } }
}

async function timeNode(start: () => Promise<RunningNode>): Promise<number> {
  const startedAt = systemClock.monotonic()
  await using node = await start()
  return node.readyAt - startedAt
}

async function timeNetwork(): Promise<number> {
  await using folder = await temporaryFolder()
  const startedAt = systemClock.monotonic()
  await using command = startCommand({ args: ['up', '--json', '--data-dir', `${folder.path}/up`] })
  await untilEvent(command, 'ready')
  const took = systemClock.monotonic() - startedAt
  // its nodes end with it only if it is asked to stop
  command.process.kill('SIGTERM')
  await command.result
  return took
}
