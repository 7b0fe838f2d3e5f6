import { readPool } from '@waystone/node/identity-pool'
import { replaceFile } from '../cluster/replace-file.ts'
import type { ClusterFiles } from '../cluster/options.ts'

/** What was written into the list of members. */
export interface ListedSlots {
  /** Folder of the cluster. */
  readonly cluster: string
  /** How many were no members before. */
  readonly listed: number
  /** Their labels. */
  readonly newMembers: readonly string[]
  /** Labels of those that stay out. */
  readonly leftOut: readonly string[]
}

interface Slot {
  peer: string
  label: string
}

/**
 * Makes the slots of a pool members of a cluster, before any of them runs. Who is one already stays as it is. Of a pool
 * that grew and had members before only what is new is taken in: who was put out may be in foreign hands.
 *
 * @param kept - how many slots the pool had before it grew; 0 takes in all
 */
export async function listInCluster(files: ClusterFiles, folder: string, kept = 0): Promise<ListedSlots> {
  const [{ addMembers, membersOf }, { readMembers }] = await Promise.all([
    import('../cluster/trust-file.ts'),
    import('../cluster/signed.ts')
  ])
  const { ids } = await readPool(folder)
  const text = await readMembers(files)
  const slots = ids.map((peer, slot) => ({ peer, label: `slot-${String(slot).padStart(3, '0')}` }))
  const { wanted, leftOut } = choose(slots, new Set(membersOf(text).map(({ peer }) => peer)), kept)
  const { added, text: changed } = addMembers(text, wanted)
  if (added.length > 0) await replaceFile(files.members, changed)
  const newMembers = added.map(({ label }) => label)
  return { cluster: files.folder, listed: added.length, newMembers, leftOut: leftOut.map(({ label }) => label) }
}

function choose(
  slots: readonly Slot[],
  members: ReadonlySet<string>,
  kept: number
): Record<'wanted' | 'leftOut', Slot[]> {
  const wasListed = slots.slice(0, kept).some(({ peer }) => members.has(peer))
  const old = wasListed ? slots.slice(0, kept) : []
  const isNoMember = ({ peer }: Slot): boolean => !members.has(peer)
  return { wanted: slots.slice(old.length).filter(isNoMember), leftOut: old.filter(isNoMember) }
}

/** What a person is told of it. */
export function listedText({ cluster, listed, newMembers, leftOut }: ListedSlots): string[] {
  const names = listed === 0 ? '' : ` (${newMembers.join(', ')})`
  const sign = listed === 0 ? '' : `; sign the list: waystone cluster publish --folder ${cluster}`
  const out = `        no members any more: ${leftOut.join(', ')}; waystone cluster add PEER-ID takes them in again`
  return [`cluster ${cluster}: ${listed} new ${listed === 1 ? 'member' : 'members'}${names}${sign}`].concat(
    leftOut.length === 0 ? [] : [out]
  )
}
