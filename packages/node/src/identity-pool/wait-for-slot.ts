import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { LEASE_PARTS, TELL_WAITING_MS } from './constants.ts'
import { Lease } from './lease.ts'
import type { Logger } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { Claim, LeaseKeeper } from './contract.ts'

export interface WaitForSlotInit {
  keeper: LeaseKeeper
  /** How many slots the pool has. */
  size: number
  /** Which of them this node may take, asked again now and then while it waits. Default: all. */
  choose?: (() => Promise<ReadonlySet<number> | undefined>) | undefined
  /** Of a lease, in milliseconds. */
  durationMs: number
  clock: Clock
  random: Random
  log: Logger
  signal: AbortSignal
}

/**
 * Waits until a slot is free and takes it. A pool whose slots are all held is no error: a node more than there are
 * slots is one that takes over.
 *
 * @throws PoolFolderError, LeaseKeeperRefusedError, PoolOrdinalError, NoListedSlotError, and the signal's reason
 */
export async function waitForSlot(init: WaitForSlotInit): Promise<Lease> {
  const { clock, random, signal, durationMs, log } = init
  const begun = clock.monotonic()
  let toldAt = -Infinity
  let only = await init.choose?.()
  for (;;) {
    const since = clock.monotonic()
    const { claim, why } = await tryOnce(init, only)
    if (claim !== undefined) return new Lease({ claim, since, durationMs, clock, log })
    if (clock.monotonic() - toldAt >= TELL_WAITING_MS) {
      toldAt = clock.monotonic()
      only = await init.choose?.()
      log('waits for a free slot since %d s: %s', Math.round((toldAt - begun) / 1000), why)
    }
    // several that wait do not all ask at the same moments
    await clock.sleep(durationMs * LEASE_PARTS.poll * (0.5 + random.number() / 2), { signal })
  }
}

interface Attempt {
  claim?: Claim | undefined
  why?: string
}

async function tryOnce(
  { keeper, size, signal }: WaitForSlotInit,
  only: ReadonlySet<number> | undefined
): Promise<Attempt> {
  signal.throwIfAborted()
  try {
    const claim = await keeper.acquire(size, { signal, only })
    if (claim !== undefined && signal.aborted) await claim.release().catch(() => {})
    signal.throwIfAborted()
    return {
      claim,
      why: `all ${only === undefined ? size : `${only.size} listed`} slots of the pool are held, says ${keeper.what}`
    }
  } catch (error) {
    if (nameOf(error) !== 'LeaseKeeperUnreachableError') throw error
    return { why: messageOf(error) }
  }
}
