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
 * @throws PoolFolderError, LeaseKeeperRefusedError, PoolOrdinalError, and the signal's reason
 */
export async function waitForSlot(init: WaitForSlotInit): Promise<Lease> {
  const { clock, random, signal, durationMs, log } = init
  const begun = clock.monotonic()
  let toldAt = -Infinity
  for (;;) {
    const since = clock.monotonic()
    const { claim, why } = await tryOnce(init)
    if (claim !== undefined) return new Lease({ claim, since, durationMs, clock, log })
    if (clock.monotonic() - toldAt >= TELL_WAITING_MS) {
      toldAt = clock.monotonic()
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

async function tryOnce({ keeper, size, signal }: WaitForSlotInit): Promise<Attempt> {
  signal.throwIfAborted()
  try {
    const claim = await keeper.acquire(size, { signal })
    if (claim !== undefined && signal.aborted) await claim.release().catch(() => {})
    signal.throwIfAborted()
    return { claim, why: `all ${size} slots of the pool are held, says ${keeper.what}` }
  } catch (error) {
    if (nameOf(error) !== 'LeaseKeeperUnreachableError') throw error
    return { why: messageOf(error) }
  }
}
