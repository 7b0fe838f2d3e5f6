import { MemoryDatastore } from 'datastore-core'
import { systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { expect, onTestFinished, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { startLocalNode } from '../local-node.ts'
import { keyOf } from './cluster-file.ts'
import { peersOf, shippedCluster, startSeed } from './running-cluster.ts'
import type { Bootstrap } from '@waystone/bootstrap'
import type { ConfigInput } from '../../src/config/schema.ts'
import type { WaystoneNode } from '../../src/index.ts'
import type { RunningSeed } from './running-cluster.ts'

const SLOW = { timeout: 60_000 }
const EDGES = 6
/** Of the nodes' clock, from one look to the next: services go on while a test waits. */
const STEP_MS = 100
/** Of the nodes' clock: what a start does by itself is done by then. */
const FIRST_MS = 20_000

const clock = new ManualClock(systemClock.now())

/** A place in the network: what stays the same while its node is restarted. */
interface Edge {
  index: number
  datastore: MemoryDatastore
  listen: string
  node: WaystoneNode
  stop: () => Promise<void>
}

interface Network {
  seeds: RunningSeed[]
  edges: Edge[]
  start: (edge: Pick<Edge, 'index' | 'datastore' | 'listen'>) => Promise<Edge>
}

const bootstrapOf = ({ node }: Edge): Bootstrap => Object(node.libp2p.services).bootstrap as Bootstrap

async function passing(condition: () => boolean): Promise<void> {
  const look = async (): Promise<boolean> => {
    if (!condition()) await clock.advance(STEP_MS)
    return condition()
  }
  await until(look, { ms: 20_000 })
}

/** A start may wait for what the nodes' clock says. */
async function whilePassing<T>(work: Promise<T>): Promise<T> {
  let isOver = false
  const over = work.finally(() => (isOver = true))
  await Promise.all([over.catch(() => undefined), passing(() => isOver)])
  return await over
}

/** Edges that know each other and their seeds. */
async function startNetwork(): Promise<Network> {
  const cluster = await shippedCluster(await peersOf(2))
  const first = await startSeed(0, { cluster }, { clock })
  const seeds = [first, await startSeed(1, { cluster, seeds: first.addresses }, { clock })]
  onTestFinished(async () => void (await Promise.all(seeds.map(async seed => seed[Symbol.asyncDispose]()))))
  const start: Network['start'] = async edge =>
    await startEdge(edge, { cluster, seeds: seeds.flatMap(seed => seed.addresses) })
  const edges: Edge[] = []
  for (let index = 0; index < EDGES; index++) {
    edges.push(await start({ index, datastore: new MemoryDatastore(), listen: '/ip4/127.0.0.1/tcp/0' }))
  }
  await acquaint(edges)
  return { seeds, edges, start }
}

async function startEdge(
  edge: Pick<Edge, 'index' | 'datastore' | 'listen'>,
  given: Partial<ConfigInput>
): Promise<Edge> {
  const { index, datastore, listen } = edge
  const over: Partial<ConfigInput> = {
    ...given,
    addresses: { ...defaultsFor('edge').addresses, listen: [listen], announce: [], private: true },
    dht: { mode: 'server' }
  }
  const { node, ...started } = await startLocalNode('edge', over, {
    privateKey: await keyOf(50 + index),
    datastore,
    clock
  })
  const stop = async (): Promise<void> => await started[Symbol.asyncDispose]()
  onTestFinished(stop)
  return { index, datastore, listen: started.addresses[0]?.replace(/\/p2p\/.*$/, '') ?? listen, node, stop }
}

async function acquaint(edges: readonly Edge[]): Promise<void> {
  for (const { node, index } of edges) {
    const others = edges.filter(edge => edge.index !== index)
    for (const other of others) await node.libp2p.dial(other.node.libp2p.getMultiaddrs(), { force: true })
  }
  await passing(() => edges.every(edge => bootstrapOf(edge).goodPeers().length >= EDGES - 1))
}

/** Who opens a connection to a seed from now on, or has it opened. */
function visitorsOf(seeds: readonly RunningSeed[]): Set<string> {
  const ids = new Set(seeds.map(({ node }) => node.libp2p.peerId.toString()))
  const visitors = new Set<string>()
  for (const { node } of seeds) {
    node.libp2p.addEventListener('connection:open', ({ detail: { remotePeer } }) => {
      if (!ids.has(remotePeer.toString())) visitors.add(remotePeer.toString())
    })
  }
  return visitors
}

async function stopAll({ seeds, edges }: Network): Promise<void> {
  await Promise.all(edges.map(async edge => edge.stop()))
  await passing(() => seeds.every(({ node }) => node.libp2p.getPeers().length <= 1))
}

test('edges that restart at once start from each other, and no service of theirs dials a seed', SLOW, async () => {
  const network = await startNetwork()
  await stopAll(network)
  const visitors = visitorsOf(network.seeds)
  const back = await whilePassing(Promise.all(network.edges.map(network.start)))
  await passing(() => back.every(edge => bootstrapOf(edge).isEnough()))
  for (let passed = 0; passed < FIRST_MS; passed += STEP_MS) await clock.advance(STEP_MS)
  expect([...visitors]).toEqual([])
  expect(back.flatMap(({ node }) => node.missing())).toEqual([])
})

test('an edge whose good peers are all gone comes to its seeds', SLOW, async () => {
  const network = await startNetwork()
  await stopAll(network)
  const visitors = visitorsOf(network.seeds)
  const [edge] = network.edges
  const back = await whilePassing(network.start(edge!))
  await passing(() => visitors.size === 1)
  expect([...visitors]).toEqual([back.node.libp2p.peerId.toString()])
})
