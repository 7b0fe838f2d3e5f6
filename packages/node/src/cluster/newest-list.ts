import { shippedCopies } from '../trust/shipped-copies.ts'
import { clusterEntry } from './cluster-entry.ts'
import { membersOf } from './read-members.ts'
import type { Clock } from '@waystone/interface'
import type { KnownFile } from '@waystone/trust-acl/offline'
import type { Datastore } from 'interface-datastore'
import type { Config } from '../config/schema.ts'

/** Who is a member by a signed list. */
export interface MemberList {
  readonly sequence: bigint
  /** In base58. */
  readonly ids: ReadonlySet<string>
}

export interface NewestListInit {
  config: Pick<Config, 'cluster' | 'role'>
  datastore: Datastore
  clock: Pick<Clock, 'now'>
}

/**
 * The newest list of members that can be known without an identity: that of the trust database, or the one that came
 * with the config. One that cannot be used counts for nothing here; it is reported where it is taken into use.
 */
export async function newestList({ config, datastore, clock }: NewestListInit): Promise<MemberList | undefined> {
  const entry = clusterEntry(config)
  if (entry === undefined) return undefined
  const { readShippedCopy, readStoredFile } = await import('@waystone/trust-acl/offline')
  const shipped = shippedCopies([entry]).map(
    async copy => await readShippedCopy(copy, clock.now()).catch(() => undefined)
  )
  const found = await Promise.all([readStoredFile(datastore, entry.pubkey), ...shipped])
  const newest = found.reduce(newerOf, undefined)
  if (newest === undefined) return undefined
  return { sequence: newest.sequence, ids: new Set(membersOf(newest.file).map(({ id }) => id)) }
}

function newerOf(one: KnownFile | undefined, other: KnownFile | undefined): KnownFile | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return other.sequence > one.sequence ? other : one
}
