import { access, constants, stat } from 'node:fs/promises'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { systemRandom } from '@waystone/kit'
import { WaystoneError } from '@waystone/interface'
import type { Clock } from '@waystone/interface'
import type { Pool } from '../../identity-pool/index.ts'
import type { Config } from '../schema.ts'
import type { CheckResult } from './result.ts'
import { checkSecretFile } from './secret-file.ts'

type Settings = Config['identity']['pool']

/** Whether the identity pool is there, and the keeper of its leases can be asked. Takes no slot. */
export async function checkPool({ folder, lease }: Settings, clock: Clock): Promise<CheckResult[]> {
  if (folder === undefined) return []
  const { readPool } = await import('../../identity-pool/index.ts')
  try {
    const pool = await readPool(folder)
    return [await checkSlots(pool), await checkLease(pool, lease, clock)]
  } catch (error) {
    const found = [failed('identity pool', error)]
    return lease.directory === undefined ? found : [...found, await checkLeaseFolder(lease.directory)]
  }
}

async function checkSlots(pool: Pool): Promise<CheckResult> {
  const { slotPath } = await import('../../identity-pool/index.ts')
  for (const slot of pool.ids.keys()) {
    const result = await checkSecretFile('identity pool', slotPath(pool.folder, slot), false)
    if (result.status !== 'ok') return result
  }
  return { name: 'identity pool', status: 'ok', message: `${pool.folder}, ${pool.ids.length} slots` }
}

async function checkLease(pool: Pool, lease: Settings['lease'], clock: Clock): Promise<CheckResult> {
  if (lease.directory !== undefined) return await checkLeaseFolder(lease.directory)
  const { openKeeper } = await import('../../identity-pool/index.ts')
  try {
    const keeper = await openKeeper({ lease, pool, env: process.env, clock, random: systemRandom })
    // asks nobody, and says whether the number is one of the pool's
    if (lease.ordinal !== undefined) await keeper.acquire(pool.ids.length, { signal: new AbortController().signal })
    await keeper.close()
    return { name: 'leases', status: 'ok', message: `${keeper.what}, which was not asked` }
  } catch (error) {
    return failed('leases', error)
  }
}

async function checkLeaseFolder(path: string): Promise<CheckResult> {
  const hint =
    'it has to be there (it is never made, since it may be a share that is not mounted), for this user to write to'
  try {
    if (!(await stat(path)).isDirectory())
      return { name: 'leases', status: 'fail', message: `${path} is not a folder`, hint }
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return { name: 'leases', status: 'ok', message: path }
  } catch (error) {
    const code = codeOf(error) ?? messageOf(error)
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read and written (${code})`
    return { name: 'leases', status: 'fail', message: `${path} ${what}`, hint }
  }
}

function failed(name: string, error: unknown): CheckResult {
  const hint = error instanceof WaystoneError ? error.hint : undefined
  return { name, status: 'fail', message: messageOf(error), ...(hint !== undefined && { hint }) }
}
