import { SlotUnlistedError } from './errors.ts'
import type { PeerId } from '@libp2p/interface'
import type { ClusterMembership } from '@waystone/interface'
import type { HeldSlot } from './open-slot.ts'

export interface OnSlotUnlistedInit {
  slot: Pick<HeldSlot, 'lease' | 'listedBy'> | undefined
  /** Of a node that has to be a member. */
  membership: Pick<ClusterMembership, 'file' | 'has' | 'onChange'> | undefined
  self: PeerId
}

/**
 * Calls back once when a list comes on which the slot does not stand: the node ends, and takes one that does at its next
 * start. A list that is older than the one by which the slot was taken says nothing.
 */
export function onSlotUnlisted(
  { slot, membership, self }: OnSlotUnlistedInit,
  callback: (error: SlotUnlistedError) => void
): void {
  if (slot === undefined || membership === undefined) return
  const { listedBy = 0n, lease } = slot
  const unfollow = membership.onChange(() => {
    const file = membership.file()
    if (file === undefined || file.sequence < listedBy || membership.has(self)) return
    unfollow()
    callback(
      new SlotUnlistedError(
        `Slot ${lease.slot} was taken off the cluster's list of members (sequence ${file.sequence})`,
        {
          hint: 'start this seed again: it takes a slot that is listed, if one is free'
        }
      )
    )
  })
}
