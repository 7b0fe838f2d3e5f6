import { createDeadline, systemClock, systemRandom } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { EXIT_FAILED } from '@waystone/node/exit-codes'
import { openKeeper, POSTGRES_VARIABLE, readPool } from '@waystone/node/identity-pool'
import { printJson, printLines } from '../admin/output.ts'
import { oneLine, textTable } from '../text-table.ts'
import { formatDistance } from '../trust/times.ts'
import type { Pool, SlotHolder } from '@waystone/node/identity-pool'
import type { PoolPlace } from './pool-lease.ts'
import { listedText } from './pool-members.ts'
import type { ListedSlots } from './pool-members.ts'

export interface ShowPoolOptions {
  json?: boolean | undefined
  listed?: ListedSlots | undefined
}

/** A keeper that does not answer must not keep the rest from being shown, in milliseconds. */
const KEEPER_MS = 5_000

interface ShownSlot extends Partial<SlotHolder> {
  slot: number
  id: string
}

/** `waystone identity pool --list`: the slots, and who holds them as far as the lease keeper knows. Fails if it does not answer. */
export async function showPool({ folder, lease }: PoolPlace, { json, listed }: ShowPoolOptions): Promise<void> {
  const pool = await readPool(folder)
  const { holders, problem } = await holdersOf(pool, lease)
  const slots = pool.ids.map((id, slot) => ({ ...holders.find(held => held.slot === slot), slot, id }))
  if (json === true) printJson({ folder, size: slots.length, slots: slots.map(plain), problem, ...listed })
  else printLines([...textTable(COLUMNS, slots), ...notes(problem, listed)])
}

function notes(problem: string | undefined, listed: ListedSlots | undefined): string[] {
  const lines = [...(problem === undefined ? [] : [problem]), ...(listed === undefined ? [] : listedText(listed))]
  return lines.length === 0 ? [] : ['', ...lines.map(oneLine)]
}

const COLUMNS = [
  { heading: 'slot', cell: ({ slot }: ShownSlot) => String(slot), right: true },
  { heading: 'peer id', cell: ({ id }: ShownSlot) => id },
  { heading: 'fence', cell: ({ fence }: ShownSlot) => (fence === undefined ? '' : String(fence)), right: true },
  { heading: 'held by', cell: ({ holder = '' }: ShownSlot) => holder },
  {
    heading: 'renewed',
    cell: ({ holder, renewedAt }: ShownSlot) =>
      holder === undefined || renewedAt === undefined ? '' : formatDistance(renewedAt, systemClock.now())
  }
]

function plain({ fence, ...slot }: ShownSlot): object {
  return { ...slot, ...(fence !== undefined && { fence: Number(fence) }) }
}

interface Holders {
  holders: SlotHolder[]
  /** Why nobody knows. */
  problem?: string
}

const NOBODY_NAMED = `who holds the slots is not known here: name the lease keeper with --config FILE of a seed, --lease-folder, --postgres-file or ${POSTGRES_VARIABLE}`
const FROM_OUTSIDE =
  'who holds the slots is not known here: each seed is given its own from outside (identity.pool.lease.ordinal), as pods of a StatefulSet are'

async function holdersOf(pool: Pool, lease: PoolPlace['lease']): Promise<Holders> {
  if (lease === undefined) return { holders: [], problem: NOBODY_NAMED }
  if (lease.ordinal !== undefined) return { holders: [], problem: FROM_OUTSIDE }
  const keeper = await openKeeper({ lease, pool, env: process.env, clock: systemClock, random: systemRandom })
  using deadline = createDeadline({ ms: KEEPER_MS, what: 'asking who holds the slots' })
  try {
    return { holders: await keeper.holders({ signal: deadline.signal }) }
  } catch (error) {
    process.exitCode = EXIT_FAILED
    return { holders: [], problem: `nobody knows who holds the slots: ${nameOf(error)}: ${messageOf(error)}` }
  } finally {
    await keeper.close()
  }
}
