import { DEFAULT_LEASE_MS, POSTGRES_VARIABLE } from './constants.ts'
import { LeaseKeeperMissingError } from './errors.ts'
import type { Clock, Random } from '@waystone/interface'
import type { LeaseKeeper } from './contract.ts'
import type { Pool } from './pool-file.ts'

/** Who keeps the leases, as a config says it. */
export interface LeaseSettings {
  directory?: string | undefined
  postgresFile?: string | undefined
  ordinal?: string | undefined
  /** In milliseconds. */
  duration?: number | undefined
}

export interface OpenKeeperInit {
  lease: LeaseSettings
  pool: Pick<Pool, 'ids'>
  /** Where WAYSTONE_POOL_POSTGRES is looked up, usually `process.env`. */
  env: Record<string, string | undefined>
  clock: Clock
  random: Random
}

/** How long leases last, in milliseconds. */
export function durationOf({ duration = DEFAULT_LEASE_MS }: LeaseSettings): number {
  return duration
}

/**
 * The lease keeper of a config. Its code is loaded only here.
 *
 * @throws LeaseKeeperMissingError
 */
export async function openKeeper({ lease, pool, env, clock, random }: OpenKeeperInit): Promise<LeaseKeeper> {
  const init = { pool: pool.ids[0] ?? '', durationMs: durationOf(lease), clock, random }
  if (lease.directory !== undefined) {
    const { DirectoryKeeper } = await import('./keepers/directory.ts')
    return new DirectoryKeeper({ ...init, folder: lease.directory })
  }
  if (lease.ordinal !== undefined) {
    const { OrdinalKeeper } = await import('./keepers/ordinal.ts')
    return new OrdinalKeeper({ ...init, ordinal: lease.ordinal })
  }
  if (lease.postgresFile === undefined && env[POSTGRES_VARIABLE] === undefined) throw missing()
  const [{ PostgresKeeper }, { readPostgresUrl }] = await Promise.all([
    import('./keepers/postgres.ts'),
    import('./keepers/postgres-url.ts')
  ])
  return new PostgresKeeper({ ...init, url: await readPostgresUrl(lease.postgresFile, env) })
}

function missing(): LeaseKeeperMissingError {
  return new LeaseKeeperMissingError('Nobody is named who says which slot of the pool is free', {
    hint: `set identity.pool.lease.directory, postgresFile or ordinal, or ${POSTGRES_VARIABLE}`
  })
}
