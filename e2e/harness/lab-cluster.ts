import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { calmly } from './lab-node.ts'
import type { LabNode } from './lab-node.ts'
import type { SeedLab } from './seed-lab.ts'

export interface LabClusterInit {
  /** Identities in the pool. */
  size: number
  /** `--set` of every seed and edge. */
  settings?: Readonly<Record<string, string>>
}

/** A cluster in the lab's shared folder, whose seeds take their identities from a pool. */
export interface LabCluster {
  readonly folder: string
  /** The same for every seed. */
  readonly seedArgs: readonly string[]
  readonly edgeArgs: readonly string[]
  /** Peer ids of the pool. */
  readonly ids: readonly string[]
}

/** Many programs start at once here, and each may stand still for long: none is to lose its lease by that. */
const LEASE = '60s'

export async function makeLabCluster(lab: SeedLab, { size, settings = {} }: LabClusterInit): Promise<LabCluster> {
  const [folder, pool, leases] = ['cluster', 'pool', 'leases'].map(name => join(lab.shared, name)) as [
    string,
    string,
    string
  ]
  await mkdir(leases)
  await waystone('cluster', 'init', 'lab', '--folder', folder)
  await waystone('identity', 'pool', '--size', String(size), '--out', pool, '--cluster', folder)
  await waystone('cluster', 'publish', '--folder', folder, '--offline')
  const all = set({ network: 'lab', 'addresses.private': 'true', ...settings })
  const identity = set({
    'identity.pool.folder': pool,
    'identity.pool.lease.directory': leases,
    'identity.pool.lease.duration': LEASE
  })
  return {
    folder,
    seedArgs: ['--preset', 'seed', '--config', join(folder, 'seed.yaml'), ...all, ...identity],
    edgeArgs: ['--preset', 'edge', '--config', join(folder, 'edge.yaml'), ...all],
    ids: (JSON.parse(await readFile(join(pool, 'pool.json'), 'utf8')) as { ids: string[] }).ids
  }
}

/** Waits until each of these seeds is connected to all others of them. */
export async function untilMeshed(seeds: readonly LabNode[]): Promise<void> {
  for (const seed of seeds) {
    const what = `a seed to know ${seeds.length - 1} others`
    await calmly(async () => ((await othersOf(seed)).length >= seeds.length - 1 ? true : undefined), what).catch(
      async (cause: unknown) => {
        throw new Error(await stateOf(seed), { cause })
      }
    )
  }
}

/** Peer ids of the members that a seed is connected to. */
export async function othersOf(seed: LabNode): Promise<string[]> {
  const members = (await seed.cluster())?.members ?? []
  return members.filter(({ isSelf, isConnected }) => !isSelf && isConnected).map(({ peer }) => peer)
}

async function stateOf(seed: LabNode): Promise<string> {
  const { stdout, stderr } = await seed.waystone('cluster', 'status')
  return `${stdout}${stderr}\n${seed.command.output().stdout}`
}

function set(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([path, text]) => ['--set', `${path}=${text}`])
}

async function waystone(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand({ args })
  if (code !== 0) throw new Error(`waystone ${args.join(' ')}: ${stderr}${stdout}`)
}
