import { readPool } from '@waystone/node/identity-pool'
import { replaceFile } from '../cluster/replace-file.ts'
import type { ClusterFiles } from '../cluster/options.ts'

/** What was written into the list of members. */
export interface ListedSlots {
  /** Folder of the cluster. */
  readonly cluster: string
  /** How many were no members before. */
  readonly listed: number
}

/** Makes every slot of a pool a member of a cluster, before any of them runs. Who is one already stays as it is. */
export async function listInCluster(files: ClusterFiles, folder: string): Promise<ListedSlots> {
  const [{ addMembers, membersOf }, { readMembers }] = await Promise.all([
    import('../cluster/trust-file.ts'),
    import('../cluster/signed.ts')
  ])
  const { ids } = await readPool(folder)
  const text = await readMembers(files)
  const known = new Set(membersOf(text).map(({ peer }) => peer))
  const members = ids.map((peer, slot) => ({ peer, label: `slot-${String(slot).padStart(3, '0')}` }))
  const added = addMembers(
    text,
    members.filter(({ peer }) => !known.has(peer))
  )
  if (added.added.length > 0) await replaceFile(files.members, added.text)
  return { cluster: files.folder, listed: added.added.length }
}
