import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { findPool, POSTGRES_VARIABLE } from '@waystone/node/identity-pool'
import type { LeaseSettings, Pool } from '@waystone/node/identity-pool'

/** Where `waystone identity pool` finds the pool, and who keeps its leases. */
export interface PoolPlaceOptions {
  out?: string
  leaseFolder?: string
  postgresFile?: string
  config?: string
  preset?: string
}

export interface PoolPlace {
  folder: string
  /** Absent if nobody is named. */
  lease: LeaseSettings | undefined
}

/** The folder of a pool unless something else is said, as in the `seed.yaml` of a cluster. */
export const DEFAULT_POOL_FOLDER = 'pool'

/** There is no pool where one is to be shown. */
class PoolNotFoundError extends WaystoneError {
  static override readonly name = 'PoolNotFoundError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** What the flags say, then the config that they name, then the environment. @throws what loading a config throws */
export async function poolPlace(options: PoolPlaceOptions, env: NodeJS.ProcessEnv): Promise<PoolPlace> {
  const { out, leaseFolder, postgresFile } = options
  const pool = await configuredPool(options)
  const folder = out ?? pool?.folder ?? DEFAULT_POOL_FOLDER
  if (leaseFolder !== undefined || postgresFile !== undefined) {
    return { folder, lease: { directory: leaseFolder, postgresFile } }
  }
  if (pool !== undefined && namesKeeper(pool.lease)) return { folder, lease: pool.lease }
  return { folder, lease: env[POSTGRES_VARIABLE] === undefined ? undefined : {} }
}

function namesKeeper({ directory, postgresFile, ordinal }: LeaseSettings): boolean {
  return (directory ?? postgresFile ?? ordinal) !== undefined
}

/** @throws PoolNotFoundError, PoolFileError */
export async function requirePool(folder: string): Promise<Pool> {
  const pool = await findPool(folder)
  if (pool !== undefined) return pool
  throw new PoolNotFoundError(`There is no pool in ${folder}`, {
    hint: 'name its folder with --out, or a config that does with --config FILE; `waystone identity pool --size N --out FOLDER` makes one'
  })
}

async function configuredPool({
  config: file,
  preset
}: PoolPlaceOptions): Promise<{ folder?: string | undefined; lease: LeaseSettings } | undefined> {
  if (file === undefined && preset === undefined) return undefined
  const [{ loadConfig }, { configSourcesFrom }] = await Promise.all([
    import('@waystone/node/config'),
    import('../config-options.ts')
  ])
  const sources = configSourcesFrom({
    ...(file !== undefined && { config: file }),
    ...(preset !== undefined && { preset })
  })
  return (await loadConfig(sources)).config.identity.pool
}
