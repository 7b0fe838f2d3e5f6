import { ManualClock } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { OrdinalKeeper } from '../../src/identity-pool/keepers/ordinal.ts'

const slotOf = async (host: string, size = 10): Promise<number> =>
  (await new OrdinalKeeper({ ordinal: 'hostname', host, clock: new ManualClock() }).acquire(size)).slot

test.each([
  ['seed-0', 0],
  ['seed-3', 3],
  ['my-seed-2-7', 7],
  ['seed-4.seeds.default.svc.cluster.local', 4]
])('the host %s has slot %i', async (host, slot) => {
  expect(await slotOf(host)).toBe(slot)
})

test.each(['seed', 'seed3', 'seed-', 'seed-3x', 'seed-12345', '', '-', 'x'.repeat(100_000)])(
  'the host %s has none',
  async host => {
    await expect(slotOf(host)).rejects.toMatchObject({
      name: 'PoolOrdinalError',
      hint: expect.stringContaining('seed-0')
    })
  }
)

test('a younger pod of the same number has the higher fence', async () => {
  const clock = new ManualClock()
  const keeper = new OrdinalKeeper({ ordinal: '0', clock })
  const { fence } = await keeper.acquire(1)
  await clock.advance(1)
  expect((await keeper.acquire(1)).fence).toBeGreaterThan(fence)
})
