import { messageOf } from '@waystone/kit/error-fields'
import { loadIdentity } from '../identity/index.ts'
import { SlotMismatchError } from './errors.ts'
import { listedSlots } from './listed-slots.ts'
import { durationOf, openKeeper } from './open-keeper.ts'
import { readPool, slotPath } from './pool-file.ts'
import { waitForSlot } from './wait-for-slot.ts'
import type { Logger, PrivateKey } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { LeaseKeeper } from './contract.ts'
import type { Lease } from './lease.ts'
import type { LeaseSettings } from './open-keeper.ts'
import type { Pool } from './pool-file.ts'
import type { SlotList } from './listed-slots.ts'

export interface OpenSlotInit {
  /** Of the pool. */
  folder: string
  lease: LeaseSettings
  passphrase?: string | undefined
  env: Record<string, string | undefined>
  clock: Clock
  random: Random
  log: Logger
  /** The newest list of members that is known; absent where every slot may be taken. */
  list?: (() => Promise<SlotList | undefined>) | undefined
  /** Ends the wait for a free slot. */
  signal: AbortSignal
}

/** The identity of a slot, held by a lease. */
export interface HeldSlot {
  readonly privateKey: PrivateKey
  readonly lease: Pick<Lease, 'slot' | 'fence' | 'keeper' | 'lost' | 'leftMs' | 'failures'>
  /** Sequence of the list by which the slot was taken, if there was one. */
  readonly listedBy: bigint | undefined
  /** Frees the slot. Safe twice. */
  release(): Promise<void>
  /** Leaves the lease to run out: for a node that did not stop as it should. */
  abandon(): Promise<void>
}

/**
 * Takes a free slot of a pool, waiting for one if need be, and then opens its key: no key is in memory without a lease.
 *
 * @throws PoolFileError, SlotMismatchError, LeaseKeeperMissingError, LeaseKeeperRefusedError, PoolFolderError
 * @throws PoolOrdinalError, NoListedSlotError, IdentityError, and the signal's reason
 */
export async function openSlot(init: OpenSlotInit): Promise<HeldSlot> {
  const { folder, lease: settings, log } = init
  const pool = await readPool(folder)
  const keeper = await openKeeper({ ...init, pool, lease: settings })
  try {
    const listed = listedSlots(pool, init.list)
    const durationMs = durationOf(settings)
    const lease = await waitForSlot({
      ...init,
      keeper,
      size: pool.ids.length,
      durationMs,
      choose: async () => await listed.choose()
    })
    log('took slot %d of %d with fence %s, says %s', lease.slot, pool.ids.length, String(lease.fence), keeper.what)
    return await open({ pool, keeper, lease, listedBy: listed.sequence() }, init)
  } catch (error) {
    await keeper.close()
    throw error
  }
}

interface Taken {
  pool: Pool
  keeper: LeaseKeeper
  lease: Lease
  listedBy: bigint | undefined
}

async function open({ pool, keeper, lease, listedBy }: Taken, init: OpenSlotInit): Promise<HeldSlot> {
  try {
    const privateKey = await loadSlot(pool, lease.slot, init.passphrase)
    lease.lost.addEventListener('abort', () => init.log.error('%s', messageOf(lease.lost.reason)))
    const end = async (how: 'release' | 'abandon'): Promise<void> => {
      await lease[how]()
      await keeper.close()
    }
    const released: { once?: Promise<void> } = {}
    return {
      privateKey,
      lease,
      listedBy,
      release: async () => await (released.once ??= end('release')),
      abandon: async () => await (released.once ??= end('abandon'))
    }
  } catch (error) {
    await lease.release()
    throw error
  }
}

async function loadSlot({ folder, ids }: Pool, slot: number, passphrase: string | undefined): Promise<PrivateKey> {
  const keyFile = slotPath(folder, slot)
  const { privateKey, peerId } = await loadIdentity({ keyFile, passphrase })
  if (peerId.toString() === ids[slot]) return privateKey
  throw new SlotMismatchError(
    `${keyFile} holds the key of ${peerId.toString()}, not that of slot ${slot}, ${ids[slot]}`,
    {
      hint: 'put the right file in its place, or make the pool again of its recovery phrase in another folder'
    }
  )
}
