import { chmod, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '@waystone/kit'
import { describe, expect, test } from 'vitest'
import { checkHost, loadConfig } from '../../src/config/index.ts'
import { slotPath } from '../../src/identity-pool/index.ts'
import { peersOf, shippedCluster } from '../cluster/running-cluster.ts'
import { newPool } from '../identity-pool/pools.ts'
import { scratchFolder } from './scratch-folder.ts'
import type { CheckResult } from '../../src/config/index.ts'

async function check(settings: Record<string, string | undefined>): Promise<CheckResult[]> {
  const set = Object.entries(settings).filter((each): each is [string, string] => each[1] !== undefined)
  const { config } = await loadConfig({ flags: { dataDir: await scratchFolder(), ...Object.fromEntries(set) } })
  return await checkHost(config, { openFiles: 100_000 })
}

describe('checking an identity pool', () => {
  async function results(settings: Record<string, string>): Promise<Record<string, CheckResult>> {
    const all = await check(settings)
    expect(all.map(({ name }) => name)).not.toContain('identity key')
    return Object.fromEntries(all.map(result => [result.name, result]))
  }

  test('finds one that is there, and its lease keeper', async () => {
    const { folder } = await newPool({ size: 2 })
    const leases = await scratchFolder()
    const settings = { 'identity.pool.folder': folder }
    const found = await results({ ...settings, 'identity.pool.lease.directory': leases })
    expect(found['identity pool']).toMatchObject({ status: 'ok', message: `${folder}, 2 slots` })
    expect(found['leases']).toMatchObject({ status: 'ok', message: leases })
    const outside = await results({ ...settings, 'identity.pool.lease.ordinal': '7' })
    expect(outside['leases']).toMatchObject({ status: 'fail', message: expect.stringContaining('Slot 7') })
    expect((await results(settings))['leases']).toMatchObject({ status: 'fail' })
  })

  test('names the pool and the leases that are missing', async () => {
    const folder = join(await scratchFolder(), 'nowhere')
    const found = await results({ 'identity.pool.folder': folder, 'identity.pool.lease.directory': `${folder}-2` })
    expect(found['identity pool']).toMatchObject({ status: 'fail', message: expect.stringContaining(folder) })
    expect(found['leases']).toMatchObject({ status: 'fail', message: `${folder}-2 does not exist` })
  })

  test('finds a slot that others can read', async () => {
    const { folder } = await newPool({ size: 2 })
    await chmod(slotPath(folder, 1), 0o644)
    const found = await results({ 'identity.pool.folder': folder, 'identity.pool.lease.ordinal': '0' })
    expect(found['identity pool']).toMatchObject({ status: 'fail', message: expect.stringContaining('slot-001.key') })
  })
})

describe('checking the list of a cluster', () => {
  const checkList = async (change: (record: string) => Promise<void>, now = systemClock.now()): Promise<unknown> => {
    const { key, file, record } = (await shippedCluster(await peersOf(1), 3n, { now, lifetime: 60_000 })) ?? {}
    await change(record ?? '')
    const found = await check({ 'cluster.key': key, 'cluster.file': file, 'cluster.record': record })
    return found.find(({ name }) => name === 'trust file of cluster')
  }

  test('finds one that can be used', async () => {
    expect(await checkList(async () => {})).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/sequence 3$/)
    })
  })

  test.each<[string, (record: string) => Promise<void>]>([
    ['is missing', async record => await rm(record)],
    ['is cut short', async record => await truncate(record, 40)],
    ['is empty', async record => await truncate(record, 0)],
    ['is none', async record => await writeFile(record, 'no record')]
  ])('names a record that %s', async (_what, change) => {
    const message = expect.stringMatching(/cluster\.ipns/)
    expect(await checkList(change)).toMatchObject({ status: 'fail', message, hint: expect.any(String) })
  })

  test('warns of one that has expired: the node may have a newer one', async () => {
    expect(await checkList(async () => {}, systemClock.now() - 86_400_000)).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/cluster\.ipns: .* was valid until /),
      hint: expect.stringMatching(/^sign it again/)
    })
  })
})
