import type { Found } from './impossible.ts'
import type { Config } from './schema.ts'

const KEEPERS = ['directory', 'postgresFile', 'ordinal'] as const

/** Shorter ones are lost on a busy machine, longer ones leave a slot empty for too long; in milliseconds. */
const SHORTEST_LEASE_MS = 1_000
const LONGEST_LEASE_MS = 3_600_000

/** What cannot hold together in where the identity comes from. Pure. */
export function* findImpossiblePool({ identity: { keyFile, pool } }: Config): Found {
  const { folder, lease } = pool
  const named = KEEPERS.filter(key => lease[key] !== undefined)
  const [first, second] = named
  if (second !== undefined) {
    const message = `stands beside identity.pool.lease.${first}: exactly one says which slot is free`
    yield { path: `identity.pool.lease.${second}`, message }
  }
  if (folder === undefined && first !== undefined)
    yield { path: `identity.pool.lease.${first}`, message: 'needs identity.pool.folder' }
  if (folder !== undefined && keyFile !== undefined)
    yield {
      path: 'identity.keyFile',
      message: 'stands beside identity.pool.folder: the identity comes from one of them'
    }
  yield* durationFaults(lease.duration)
}

function* durationFaults(duration: number | undefined): Found {
  if (duration === undefined || (duration >= SHORTEST_LEASE_MS && duration <= LONGEST_LEASE_MS)) return
  yield { path: 'identity.pool.lease.duration', message: 'must be between 1s and 1h' }
}
