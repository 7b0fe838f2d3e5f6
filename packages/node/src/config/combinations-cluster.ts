import { messageOf } from '@waystone/kit/error-fields'
import { checkEntry } from '@waystone/trust-acl/check-entry'
import { clusterEntry, clusterName } from '../cluster/cluster-entry.ts'
import { trustEntryOf } from '../trust/acl-config.ts'
import type { Found } from './impossible.ts'
import type { Config } from './schema.ts'

/** What cannot hold together in how the node finds seeds, and which cluster it belongs to. Pure. */
export function* findImpossibleCluster(config: Config): Found {
  yield* withoutKey(config)
  yield* halfCopy(config)
  yield* besideEntries(config)
  yield* nobodyAdmitted(config)
}

/** Without its key nothing else of a cluster means anything. */
function* withoutKey({ cluster: { key, ...others } }: Config): Found {
  if (key !== undefined) return
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) yield { path: `cluster.${name}`, message: 'needs cluster.key' }
  }
}

/** A file without its signed record proves nothing, a record without its file says nothing. */
function* halfCopy({ cluster: { key, file, record } }: Config): Found {
  if (key === undefined) return
  if (file !== undefined && record === undefined) yield { path: 'cluster.file', message: 'needs cluster.record too' }
  if (record !== undefined && file === undefined) yield { path: 'cluster.record', message: 'needs cluster.file too' }
}

/** The cluster is an entry of the trust database: no other may have its key or label. */
function* besideEntries(config: Config): Found {
  const own = clusterEntry(config)
  if (own === undefined) return
  const pubkey = pubkeyOf(own)
  if (pubkey instanceof Error) {
    yield { path: 'cluster.key', message: messageOf(pubkey) }
    return
  }
  for (const [index, entry] of config.trust.entries.entries()) {
    const path = `trust.entries.${index}`
    if (pubkeyOf(entry) === pubkey) yield { path: `${path}.pubkey`, message: 'is the key of the cluster: leave it out' }
    else if (entry.label === clusterName(config))
      yield { path: `${path}.label`, message: 'is the name of the cluster: take another one' }
  }
}

/** Names and URLs only give addresses: somebody has to say whose. */
function* nobodyAdmitted({ cluster, discovery, trust, seeds }: Config): Found {
  const named = seeds.length > 0 || trust.entries.some(({ trustlevel }) => trustlevel !== 'blocked')
  if (cluster.key !== undefined || named) return
  const message = 'gives addresses, and nothing says whom they may belong to: set cluster.key (or trust.entries)'
  if (discovery.dns.length > 0) yield { path: 'discovery.dns', message }
  if (discovery.urls.length > 0) yield { path: 'discovery.urls', message }
}

function pubkeyOf(entry: Config['trust']['entries'][number]): string | Error {
  try {
    return checkEntry(trustEntryOf(entry)).pubkey
  } catch (error) {
    return error instanceof Error ? error : new TypeError(String(error))
  }
}
