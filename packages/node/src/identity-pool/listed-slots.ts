import { NoListedSlotError } from './errors.ts'
import type { Pool } from './pool-file.ts'

/** Who is a member, as a signed list says. */
export interface SlotList {
  readonly sequence: bigint
  /** Peer ids in base58. */
  readonly ids: ReadonlySet<string>
}

/** Which slots of a pool may be taken. */
export interface ListedSlots {
  /** Reads the list. @throws NoListedSlotError */
  choose(): Promise<ReadonlySet<number> | undefined>
  /** Of the list that was read last. */
  sequence(): bigint | undefined
}

/** The slots whose ids are on a list; all of them while no list is known. */
export function listedSlots(pool: Pool, list: (() => Promise<SlotList | undefined>) | undefined): ListedSlots {
  let last: SlotList | undefined
  return {
    sequence: () => last?.sequence,
    choose: async () => {
      last = await list?.()
      return last === undefined ? undefined : slotsOn(last, pool)
    }
  }
}

function slotsOn({ ids, sequence }: SlotList, pool: Pool): ReadonlySet<number> {
  const slots = new Set([...pool.ids.keys()].filter(slot => ids.has(pool.ids[slot] ?? '')))
  if (slots.size > 0) return slots
  throw new NoListedSlotError(
    `None of the ${pool.ids.length} slots in ${pool.folder} is on the cluster's list of members (sequence ${sequence})`,
    {
      hint: 'list them with `waystone identity pool --cluster FOLDER` or `waystone cluster add PEER-ID`, sign with `waystone cluster publish`, and copy cluster.json and cluster.record here'
    }
  )
}
