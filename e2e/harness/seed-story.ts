import { untilMeshed } from './lab-cluster.ts'
import { startOn } from './lab-node.ts'
import { followSeeds } from './seedless-times.ts'
import type { LabCluster } from './lab-cluster.ts'
import type { LabNode } from './lab-node.ts'
import type { CommandResult } from './command.ts'
import type { Machine, SeedLab } from './seed-lab.ts'

const SEEDS = 5

/** Five machines for seeds, and two for edges. */
export const STORY_MACHINES = SEEDS + 2

export interface SeedStoryInit {
  lab: SeedLab
  /** Of five identities. */
  cluster: LabCluster
  /** Lets these machines be found from now on. */
  announce(machines: readonly Machine[]): Promise<void>
}

/** What was seen. */
export interface SeedStory {
  /** `waystone cluster status` while all five ran. */
  status: CommandResult | undefined
  /** How long each edge was without any seed at most, in milliseconds. */
  gaps: number[]
  /** How often an edge gained or lost a seed: without it nothing was put to the test. */
  changes: number
  /** How each node ended that was asked to: exit codes, or the names of signals. */
  ends: CommandResult['code'][]
}

/**
 * Scales a cluster from three seeds to five and to the last two, so that none of those is left by which the two edges
 * joined; then kills one and brings it back.
 */
export async function tellSeedStory({ lab, cluster, announce }: SeedStoryInit): Promise<SeedStory> {
  await using nodes = new AsyncDisposableStack()
  const ended = new AbortController()
  nodes.defer(() => ended.abort())
  const startSeed = (index: number): LabNode => nodes.use(startOn(machineOf(lab, index), 'seed', cluster.seedArgs))
  const startEdge = (index: number): LabNode => nodes.use(startOn(machineOf(lab, index), 'edge', cluster.edgeArgs))

  await announce(lab.machines.slice(0, 3))
  const seeds = [startSeed(0), startSeed(1), startSeed(2)]
  const edges = [startEdge(SEEDS), startEdge(SEEDS + 1)]
  await untilMeshed(seeds)
  await Promise.all(edges.map(async edge => await edge.ready()))
  const times = await Promise.all(edges.map(async edge => await followSeeds(edge, cluster.ids, ended.signal)))

  await announce(lab.machines.slice(0, SEEDS))
  seeds.push(startSeed(3), startSeed(4))
  await untilMeshed(seeds)
  const status = await seeds[0]?.waystone('cluster', 'status')

  await announce(lab.machines.slice(3, SEEDS))
  const ends = await stopAll(seeds.splice(0, 3))
  await untilMeshed(seeds)

  await seeds.pop()?.stop('SIGKILL')
  seeds.push(startSeed(4))
  await untilMeshed(seeds)

  const gaps = times.map(time => time.longest())
  const changes = times.reduce((sum, time) => sum + time.events(), 0)
  ended.abort()
  // all at one time, so that some still dial those that are gone
  ends.push(...(await stopAll([...seeds, ...edges])))
  return { status, gaps, changes, ends }
}

async function stopAll(nodes: readonly LabNode[]): Promise<SeedStory['ends']> {
  const results = await Promise.all(nodes.map(async node => await node.stop()))
  return results.map(({ code }) => code)
}

function machineOf({ machines }: SeedLab, index: number): SeedLab['machines'][number] {
  const machine = machines[index]
  if (machine === undefined) throw new RangeError(`the lab has no machine ${index}`)
  return machine
}
