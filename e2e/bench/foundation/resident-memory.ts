import { readFile } from 'node:fs/promises'
import { systemClock } from '@waystone/kit'

/** V8 gives pages back a little after the collection. */
const SETTLE_MS = 300
/** Two readings as close as this are the same. */
const STABLE_SHARE = 0.005
const MAX_READINGS = 12

/**
 * Resident memory of a process in KiB, when it has come to rest. The process
 * has `fixtures/collect-garbage.ts` loaded.
 */
export async function settledMemory(pid: number): Promise<number> {
  let last = Infinity
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    process.kill(pid, 'SIGUSR2')
    await systemClock.sleep(SETTLE_MS)
    const now = await readMemory(pid)
    if (Math.abs(last - now) <= now * STABLE_SHARE) return now
    last = now
  }
  return last
}

// proc(5)
async function readMemory(pid: number): Promise<number> {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib)
}
