import { join } from 'node:path'
import { systemClock } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { startNode } from '../../harness/node-process.ts'
import { startFixture } from '../fixture-process.ts'
import type { NodeProcessInit } from '../../harness/node-process.ts'
import type { StockLibp2pInit } from './fixtures/stock-libp2p.ts'
import type { StockNodeReady } from './fixtures/stock-node.ts'
import type { TransportName } from './fixtures/waystone-libp2p.ts'

type Role = NodeProcessInit['role']

/** A node in a process of its own that is ready. Disposing of it kills it. */
export interface RunningNode extends AsyncDisposable {
  pid: number
  /** Where it is dialled over TCP. */
  tcpAddress: string
  /** When it said that it was ready, in milliseconds of the monotonic clock. */
  readyAt: number
  /** Where its admin API is found; of Waystone's own binary only. */
  dataDir?: string
}

export interface RoleInit {
  role: Role
  transports: TransportName[]
  seeds?: string[]
  env?: Record<string, string>
  /** Connections at one time. Default 1,000. */
  maxConnections?: number
  /** More keys of the config, of Waystone's own binary only. */
  config?: Record<string, unknown>
  /** Puts files into its data folder before it starts; of Waystone's own binary only. */
  fill?: (dataDir: string) => Promise<void>
}

/** What the presets of seeds and relays switch on. */
export const ALL_TRANSPORTS: TransportName[] = ['tcp', 'ws', 'quic', 'webrtcDirect', 'circuit']

const MAX_CONNECTIONS = 1_000

const TRANSPORTS: TransportName[] = [...ALL_TRANSPORTS, 'webrtc']

const LISTEN: Partial<Record<TransportName, string>> = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  ws: '/ip4/127.0.0.1/tcp/0/ws',
  quic: '/ip4/127.0.0.1/udp/0/quic-v1',
  webrtcDirect: '/ip4/127.0.0.1/udp/0/webrtc-direct'
}

/** The role's own binary, with nothing in its data folder yet. */
export async function startRole(init: RoleInit): Promise<RunningNode> {
  const { role, transports, seeds = [], env = {}, maxConnections = MAX_CONNECTIONS } = init
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const config = {
    addresses: { listen: listenOn(transports) },
    transports: Object.fromEntries(TRANSPORTS.map(name => [name, transports.includes(name)])),
    connections: { max: maxConnections, exemptLoopback: true },
    dht: { mode: role === 'edge' ? 'client' : 'server' },
    relayService: { enabled: role !== 'edge' },
    log: { level: 'info' },
    seeds,
    ...init.config
  }
  const dataDir = join(folder.path, role)
  await init.fill?.(dataDir)
  const node = stack.use(await startNode({ role, dataDir, config, env }))
  await node.untilReady()
  const readyAt = systemClock.monotonic()
  const { addresses } = await node.status()
  return nodeOf(stack.move(), { pid: node.pid, addresses, readyAt, dataDir })
}

/** libp2p with the same transports and services, without Waystone. */
export async function startStock(of: RoleInit): Promise<RunningNode> {
  const { role, transports, seeds = [], env = {}, maxConnections = MAX_CONNECTIONS } = of
  await using stack = new AsyncDisposableStack()
  const services = role === 'edge' ? 'client' : 'server'
  const init: StockLibp2pInit = {
    transports,
    encrypters: ['tls', 'noise'],
    listen: listenOn(transports),
    services,
    seeds,
    maxConnections
  }
  const file = join(import.meta.dirname, 'fixtures/stock-node.ts')
  const fixture = stack.use(await startFixture<StockNodeReady>({ file, init, env }))
  const readyAt = systemClock.monotonic()
  return nodeOf(stack.move(), { pid: fixture.pid, addresses: fixture.ready.addresses, readyAt })
}

function listenOn(transports: TransportName[]): string[] {
  return transports.flatMap(name => LISTEN[name] ?? [])
}

interface ReadyNode extends Pick<RunningNode, 'pid' | 'readyAt' | 'dataDir'> {
  addresses: string[]
}

function nodeOf(owned: AsyncDisposableStack, { addresses, ...node }: ReadyNode): RunningNode {
  const tcpAddress = addresses.find(address => /\/tcp\/\d+\/p2p\/[^/]+$/.test(address)) ?? ''
  return { ...node, tcpAddress, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
