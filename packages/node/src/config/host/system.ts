import { stat } from 'node:fs/promises'
import type { Clock } from '@waystone/interface'
import type { Config } from '../schema.ts'
import type { CheckHostOptions, CheckResult } from './result.ts'

/** Listeners, the datastore, logs and what a transfer has open, beside the connections. */
const FILES_BESIDE_CONNECTIONS = 128
/** No Waystone existed before: an older clock was never set. */
const OLDEST_SANE_CLOCK_MS = Date.UTC(2025, 0, 1)
/** The skew that tokens and records accept. */
const MAX_SKEW_MS = 60_000

/** Whether the system lets the process open as many files as it has connections. */
export function checkOpenFiles({ connections }: Config, limit: CheckHostOptions['openFiles']): CheckResult {
  const name = 'open files'
  const available = limit ?? askLimit()
  const needed = connections.max + FILES_BESIDE_CONNECTIONS
  if (available === undefined) return { name, status: 'note', message: 'this system does not tell its limit' }
  if (available === 'unlimited' || available >= needed)
    return { name, status: 'ok', message: `limit ${available}, needs ${needed}` }
  return {
    name,
    status: 'fail',
    message: `limit ${available} is below the ${needed} that connections.max = ${connections.max} needs`,
    hint: `ulimit -n ${needed} (LimitNOFILE in systemd), or lower connections.max`
  }
}

function askLimit(): number | 'unlimited' | undefined {
  if (process.report === undefined) return undefined
  // without this the report looks up the name of every connected host
  const reporter: Reporter = Object.assign(process.report, { excludeNetwork: true })
  return reporter.getReport().userLimits?.open_files?.soft
}

/** The part of Node's diagnostic report that is read here; Node's types call it an object. */
interface Reporter {
  getReport(): { userLimits?: { open_files?: { soft?: number | 'unlimited' } } }
}

/** Whether the clock was set, and is not behind what was written here before. */
export async function checkClock({ dataDir }: Config, clock: Clock): Promise<CheckResult> {
  const name = 'clock'
  const now = new Date(clock.now())
  const hint = 'set the clock, for example with an NTP service'
  if (now.getTime() < OLDEST_SANE_CLOCK_MS)
    return { name, status: 'fail', message: `${now.toISOString()} is in the past`, hint }
  const written = await stat(dataDir).catch(() => undefined)
  if (written !== undefined && written.mtimeMs > now.getTime() + MAX_SKEW_MS) {
    return { name, status: 'warn', message: `${now.toISOString()} is before the last write to ${dataDir}`, hint }
  }
  return { name, status: 'ok', message: now.toISOString() }
}
