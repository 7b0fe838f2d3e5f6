import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { systemClock, systemRandom } from '@waystone/kit'
import { openKeeper } from '@waystone/node/identity-pool'
import type { LeaseKeeper, LeaseSettings } from '@waystone/node/identity-pool'

/** Of leases that are not to end while a test runs, in milliseconds. */
const LONG = 300_000
/** Of leases whose end a test waits for, in milliseconds. */
export const SHORT = 3_000

/** A pool of one test, and nodes of it. */
export interface Keepers {
  /** As one more process would open it. */
  open(duration?: number): Promise<LeaseKeeper>
}

export async function keepersOf(lease: LeaseSettings, env: Record<string, string> = {}): Promise<Keepers> {
  const pool = { ids: [randomUUID()] }
  return {
    open: async (duration = LONG) => {
      const settings = { ...lease, duration }
      const keeper = await openKeeper({ lease: settings, pool, env, clock: systemClock, random: systemRandom })
      onTestFinished(() => keeper.close())
      return keeper
    }
  }
}

/** For what a lock of another process or a broken connection may refuse for a moment. */
export async function askAgain<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if ((error as Error).name === 'LeaseKeeperUnreachableError') return undefined
    throw error
  }
}
