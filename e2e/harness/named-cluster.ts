import { makeLabCluster, untilMeshed } from './lab-cluster.ts'
import { startOn } from './lab-node.ts'
import { createSeedLab } from './seed-lab.ts'
import type { LabCluster } from './lab-cluster.ts'
import type { LabNode } from './lab-node.ts'
import type { Machine, SeedLab } from './seed-lab.ts'

const NAME = 'seeds.lab.test'

export interface NamedClusterInit {
  /** Seeds, and identities in their pool. */
  size: number
  /** Of the lab, all of which are behind the name; the seeds are on the first of them. */
  machines?: number
  /** More settings of every seed and edge. */
  settings?: Readonly<Record<string, string>>
}

/** A lab with a cluster whose seeds have found each other through one host name. */
export interface NamedCluster extends AsyncDisposable {
  readonly lab: SeedLab
  readonly cluster: LabCluster
  /** In the order of the machines, connected to each other. */
  readonly seeds: readonly LabNode[]
  /** One more node, by default a seed of the cluster. */
  start(machine: Machine | undefined, args?: readonly string[], role?: 'seed' | 'edge'): LabNode
}

export async function startNamedCluster({ size, machines = size, settings }: NamedClusterInit): Promise<NamedCluster> {
  await using stack = new AsyncDisposableStack()
  const lab = stack.use(await createSeedLab({ machines }))
  const named = { 'discovery.dns': NAME, 'mdns.enabled': 'false', ...settings }
  const cluster = await makeLabCluster(lab, { size, settings: named })
  const ips = lab.machines.map(({ ip }) => ip)
  await lab.dns.setHost(NAME, ips)
  const nodes = stack.use(new AsyncDisposableStack())
  const start: NamedCluster['start'] = (machine, args = cluster.seedArgs, role = 'seed') => {
    if (machine === undefined) throw new RangeError('the lab has no such machine')
    return nodes.use(startOn(machine, role, args))
  }
  const seeds = lab.machines.slice(0, size).map(machine => start(machine))
  await untilMeshed(seeds)
  const kept = stack.move()
  return { lab, cluster, seeds, start, [Symbol.asyncDispose]: async () => await kept.disposeAsync() }
}
