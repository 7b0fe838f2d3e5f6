/** What the config of a node of a cluster says. */
export interface ClusterConfig {
  name: string
  /** IPNS name. */
  key: string
}

/** `seed.yaml` of a cluster. */
export function seedConfig(cluster: ClusterConfig): string {
  return `# A seed of the cluster ${cluster.name}: the same file on every machine.
# Keep cluster.json and cluster.record beside it, and run: waystone seed --config seed.yaml
extends: seed
${clusterPart(cluster)}
${discoveryPart}
# Who this seed is. Without a pool it has a key of its own in its data folder
# (waystone identity new --role seed), and that key must be a member. With a pool every seed takes
# a free identity while it runs (waystone identity pool makes it)
# identity:
#   pool:
#     folder: pool
#     lease:
#       # exactly one of these; the folder has to be there, and all seeds share it
#       directory: /mnt/shared/waystone-leases
#       # postgresFile: /run/secrets/waystone-pool-url
#       # ordinal: hostname
`
}

/** `edge.yaml` of a cluster. */
export function edgeConfig(cluster: ClusterConfig): string {
  return `# An edge that joins through the seeds of the cluster ${cluster.name}.
# Keep cluster.json and cluster.record beside it, and run: waystone edge --config edge.yaml
extends: edge
${clusterPart(cluster)}
${discoveryPart}`
}

function clusterPart({ name, key }: ClusterConfig): string {
  return `
cluster:
  name: ${JSON.stringify(name)}
  # the members are the nodes in the trust file that is published under this key
  key: ${key}
  # what to begin with, until a newer one is fetched
  file: cluster.json
  record: cluster.record
`
}

const discoveryPart = `# Where the seeds may be found, all at once. These give addresses and nothing else: who is a member
# is proved by the key of the cluster. mDNS finds those on the same local network
discovery:
  # a name with several addresses, with _dnsaddr records (TXT), or with SRV records of _waystone._tcp
  dns: []
  # - seeds.example.org
  # port of seeds that are found by their IP alone
  port: 4001
  # a list over HTTP, as clouds and orchestrators give one
  urls: []
  # - https://example.org/seeds.json

# or a list of addresses that stay
seeds: []
# - /dns4/seed-1.example.org/tcp/4001/p2p/12D3KooW…
`
