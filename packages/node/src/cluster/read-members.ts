import type { ClusterMember } from '@waystone/interface'
import type { TrustAcl, TrustFile } from '@waystone/trust-acl'

/** The trust database, as far as one entry of it goes. */
export type MembershipTrust = Pick<TrustAcl, 'entry' | 'fileOf' | 'onChange'>

/** What an entry of the trust database says of its cluster. */
export interface MembersRead {
  /** The very bytes that the trust database holds. */
  readonly record: Uint8Array
  readonly file: TrustFile
  readonly sequence: bigint
  /** Milliseconds since the Unix epoch. */
  readonly validUntil: number
  readonly members: readonly ClusterMember[]
  /** In base58. */
  readonly ids: ReadonlySet<string>
}

/**
 * Reads the entry; what was read before stays the same object, or list, as far as nothing has changed.
 *
 * @returns nothing if there is no trust file that may be used
 * @throws what is wrong with the record that signs it
 */
export async function readMembers(
  trust: MembershipTrust,
  key: string,
  before: MembersRead | undefined
): Promise<MembersRead | undefined> {
  const held = liveFile(trust, key)
  if (held === undefined) return undefined
  if (held.record === before?.record) return before
  const { parseIpnsName, readRecord } = await import('@waystone/trust-acl/offline')
  const { sequence, validUntil } = await readRecord(parseIpnsName(key), held.record)
  // the same content is the same object in the trust database
  const same = held.file === before?.file ? before : undefined
  const members = same?.members ?? membersOf(held.file)
  const ids = same?.ids ?? new Set(members.map(({ id }) => id))
  return { record: held.record, file: held.file, sequence, validUntil, members, ids }
}

/** Of an entry whose level and file are both valid. */
function liveFile(trust: MembershipTrust, key: string): ReturnType<MembershipTrust['fileOf']> {
  const entry = trust.entry(key)
  if (entry?.kind !== 'file' || entry.trustlevel === 'blocked') return undefined
  return entry.status.state === 'ok' || entry.status.state === 'stale' ? trust.fileOf(key) : undefined
}

/** One for each peer: a file may say the same of a node twice. Pure. */
export function membersOf({ entities }: TrustFile): ClusterMember[] {
  const nodes = entities.flatMap(entity => entity.nodes)
  const byId = new Map<string, ClusterMember>()
  for (const { peer: id, label, remotes: addresses } of nodes) {
    if (!byId.has(id)) byId.set(id, { id, label, addresses })
  }
  return [...byId.values()]
}
