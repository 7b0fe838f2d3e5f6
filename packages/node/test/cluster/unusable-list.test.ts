import { rm, truncate } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { keptLog } from '../identity-pool/quiet-log.ts'
import { peersOf, shippedCluster, startSeed } from './running-cluster.ts'

test.each<[string, (record: string) => Promise<void>, RegExp]>([
  ['is missing', async record => await rm(record), /ENOENT/],
  ['is cut short', async record => await truncate(record, 40), /IpnsRecordInvalidError/]
])('a seed whose signed list %s says so once, with the path and the reason', { timeout: 60_000 }, async (...given) => {
  const [, change, reason] = given
  const cluster = await shippedCluster(await peersOf(1))
  await change(cluster?.record ?? '')
  const { log, lines } = keptLog()
  await using seed = await startSeed(0, { cluster }, { logger: { forComponent: () => log } })
  expect(seed.cluster.state()).toBe('no-file')
  const told = lines.filter(line => line.startsWith('error: the trust file of'))
  expect(told).toEqual([expect.stringMatching(reason)])
  expect(told[0]).toContain(cluster?.record)
})
