import type { Config, Role } from '../config/schema.ts'

type Entry = Config['trust']['entries'][number]

/** The label of the entry of a cluster that has no name. */
const DEFAULT_NAME = 'cluster'

/** The members hold each other and carry the network; whoever only joins asks them for peers, and holds nobody. */
const LEVEL_BY_ROLE: Readonly<Record<Role, Entry['trustlevel']>> = {
  seed: 'advanced',
  relay: 'advanced',
  edge: 'trusted'
}

/** What the operator calls the cluster. Pure. */
export function clusterName({ cluster }: Pick<Config, 'cluster'>): string {
  return cluster.name ?? DEFAULT_NAME
}

/** The cluster of a config as an entry of the trust database. Pure. */
export function clusterEntry(config: Pick<Config, 'cluster' | 'role'>): Entry | undefined {
  const { key: pubkey, file, record, trustlevel = LEVEL_BY_ROLE[config.role] } = config.cluster
  if (pubkey === undefined) return undefined
  return {
    label: clusterName(config),
    pubkey,
    kind: 'file',
    trustlevel,
    ...(file !== undefined && { file }),
    ...(record !== undefined && { record })
  }
}

/** The entries that the trust database takes from a config, the cluster's first. Pure. */
export function entriesWithCluster(config: Pick<Config, 'cluster' | 'role' | 'trust'>): Entry[] {
  const entry = clusterEntry(config)
  return entry === undefined ? config.trust.entries : [entry, ...config.trust.entries]
}
