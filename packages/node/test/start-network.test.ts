import { expect, it } from 'vitest'
import { until } from '@waystone/kit/testing'
import { Place } from './start-network.ts'

const SLOW = { timeout: 180_000 }
const EDGES = 12

/** Ids of others that open a connection to one of these from now on, or have it opened. */
function visitorsOf(seeds: readonly Place[]): Set<string> {
  const visitors = new Set<string>()
  for (const { node } of seeds) {
    node.addEventListener('connection:open', ({ detail: { remotePeer } }) => {
      if (!seeds.some(({ peer }) => peer.equals(remotePeer))) visitors.add(remotePeer.toString())
    })
  }
  return visitors
}

/** How many good peers it knows that are no seeds. */
function goodPeers({ bootstrap }: Place, seeds: readonly Place[]): number {
  const ids = seeds.map(({ peer }) => peer.toString())
  return bootstrap.goodPeers().filter(({ id }) => !ids.includes(id)).length
}

async function startNetwork(count: number): Promise<{ seeds: Place[]; edges: Place[] }> {
  const [seeds, edges] = await Promise.all([Place.some(2), Place.some(count)])
  for (const seed of seeds) await seed.start(seeds)
  for (const edge of edges) await edge.start(seeds)
  return { seeds, edges }
}

/** Has each edge dial the next five, until it remembers them. */
async function acquaint(edges: readonly Place[], seeds: readonly Place[]): Promise<void> {
  for (const [index, edge] of edges.entries()) {
    const next = [...edges, ...edges].slice(index + 1, index + 6)
    const missing = (): Place[] => next.filter(({ peer }) => !edge.bootstrap.isGood(peer))
    // whoever came by himself was not reached yet; and a busy machine lets handshakes time out
    const dial = async ({ node, peer }: Place): Promise<unknown> => {
      const isReached = edge.node.getConnections(peer).some(({ direction }) => direction === 'outbound')
      return isReached || edge.node.dial(node.getMultiaddrs(), { force: true }).catch(() => undefined)
    }
    const isKnowing = async (): Promise<boolean> => {
      await Promise.all(missing().map(dial))
      return missing().length <= 1
    }
    await until(isKnowing, { what: 'an edge knows others', ms: 60_000 })
  }
  expect(edges.every(edge => goodPeers(edge, seeds) >= 4)).toBe(true)
}

it('newcomers get to know each other through their seeds', SLOW, async () => {
  const { seeds, edges } = await startNetwork(7)
  await until(() => edges.every(({ bootstrap }) => bootstrap.isEnough()), { what: 'all have enough peers', ms: 60_000 })
  expect(edges.every(edge => goodPeers(edge, seeds) >= 4)).toBe(true)
})

it('edges that are restarted at once come back without their seeds', SLOW, async () => {
  const { seeds, edges } = await startNetwork(EDGES)
  await acquaint(edges, seeds)
  await Promise.all(edges.map(async edge => edge.stop()))
  await until(() => seeds.every(({ node }) => node.getPeers().length <= 1))
  const visitors = visitorsOf(seeds)
  // one process for all is slower than one for each
  await Promise.all(edges.map(async edge => edge.start(seeds, 60_000)))
  await until(() => edges.every(({ bootstrap }) => bootstrap.isEnough()), { what: 'all have enough peers', ms: 60_000 })
  expect(visitors.size).toBeLessThanOrEqual(EDGES / 10)
})

it('edges whose good peers are all gone come back through their seeds', SLOW, async () => {
  const { seeds, edges } = await startNetwork(EDGES)
  await acquaint(edges, seeds)
  await Promise.all(edges.map(async edge => edge.stop()))
  const back = edges.slice(0, 3)
  for (const edge of back) await edge.start(seeds)
  await until(() => back.every(({ node }) => seeds.some(({ peer }) => node.getConnections(peer).length > 0)))
  expect(back.filter(({ bootstrap }) => bootstrap.isEnough())).toEqual([])
})
