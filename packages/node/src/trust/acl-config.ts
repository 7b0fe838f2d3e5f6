import { peerIdFromString } from '@libp2p/peer-id'
import { entriesWithCluster } from '../cluster/cluster-entry.ts'
import type { TrustAclConfig, TrustEntryInit } from '@waystone/trust-acl'
import type { Config } from '../config/schema.ts'

type Entry = Config['trust']['entries'][number]
type Grants = NonNullable<TrustAclConfig['grants']>

/** What the trust database takes from the config. Pure. */
export function trustAclConfig(config: Config): TrustAclConfig {
  const { trust, seeds, relays, delegate, cluster } = config
  return {
    grants: grantsOf(trust),
    matrix: trust.matrix,
    entries: entriesWithCluster(config).map(trustEntryOf),
    // in a cluster they are addresses and nothing more: its trust file says who is a seed
    seeds: cluster.key === undefined ? [...seeds, ...delegate.use] : delegate.use,
    relays
  }
}

/** An entry of the config as the trust database takes it. Pure. */
export function trustEntryOf({
  functions = [],
  lifetime,
  file: _file,
  record: _record,
  ...entry
}: Entry): TrustEntryInit {
  return { ...entry, trustedFunctions: Object.fromEntries(functions.map(signed)), trustLifetime: lifetime }
}

/** `-offer-relay` denies what `offer-relay` allows. */
function signed(text: string): [string, boolean] {
  return text.startsWith('-') ? [text.slice(1), false] : [text, true]
}

/** Peer ids in the one form in which they are compared. */
function grantsOf({ grants }: Config['trust']): Grants {
  return Object.fromEntries(
    Object.entries(grants).map(([name, grantees]): [string, 'anyone' | string[]] => [
      name,
      grantees === 'anyone' ? grantees : grantees.map(id => peerIdFromString(id).toString())
    ])
  )
}
