import { peerIdFromString } from '@libp2p/peer-id'
import type { TrustAclConfig, TrustEntryInit } from '@waystone/trust-acl'
import type { Config } from '../config/schema.ts'

type Entry = Config['trust']['entries'][number]
type Grants = NonNullable<TrustAclConfig['grants']>

/** What the trust database takes from the config. Pure. */
export function trustAclConfig({ trust, seeds, relays, delegate }: Config): TrustAclConfig {
  const { matrix, entries } = trust
  return {
    grants: grantsOf(trust),
    matrix,
    entries: entries.map(trustEntryOf),
    seeds: [...seeds, ...delegate.use],
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
