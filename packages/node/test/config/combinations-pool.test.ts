import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { linesOf } from './rejection.ts'

const POOL = { 'identity.pool.folder': '/pool' }
const LEASES = 'identity.pool.lease.directory'

test.each<[string, Record<string, string>, string]>([
  ['leases without a pool', { [LEASES]: '/leases' }, 'needs identity.pool.folder'],
  [
    'two lease keepers',
    { ...POOL, [LEASES]: '/leases', 'identity.pool.lease.ordinal': 'hostname' },
    'stands beside identity.pool.lease.directory'
  ],
  ['a key beside a pool', { ...POOL, [LEASES]: '/leases', 'identity.keyFile': '/key' }, 'identity.keyFile = '],
  ['a lease that is too short', { 'identity.pool.lease.duration': '999ms' }, 'must be between 1s and 1h'],
  ['a lease that is too long', { 'identity.pool.lease.duration': '61m' }, 'must be between 1s and 1h'],
  ['an ordinal that is none', { ...POOL, 'identity.pool.lease.ordinal': 'seed-3' }, 'must be hostname'],
  ['an ordinal of five digits', { ...POOL, 'identity.pool.lease.ordinal': '10000' }, 'must be hostname']
])('%s is refused', async (_what, flags, line) => {
  const lines = await linesOf({ flags })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(line)
})

test('a pool needs no keeper in the config: the environment may name one', async () => {
  const { config } = await loadConfig({ flags: POOL, env: { WAYSTONE_POOL_POSTGRES: 'postgresql://a@b/c' } })
  expect(config.identity.pool.folder).toBe('/pool')
})
