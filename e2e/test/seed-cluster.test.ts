import { describe, expect, it } from 'vitest'
import { makeLabCluster } from '../harness/lab-cluster.ts'
import { createSeedLab, whyNoSeedLab } from '../harness/seed-lab.ts'
import { STORY_MACHINES, tellSeedStory } from '../harness/seed-story.ts'
import type { SeedStory } from '../harness/seed-story.ts'

const NAME = 'seeds.lab.test'

/** How long an edge may be without any seed, in milliseconds. */
const MAX_GAP_MS = 5_000

const reason = whyNoSeedLab()
if (reason !== undefined) console.log(`left out: a cluster whose seeds come and go (${reason})`)

describe.skipIf(reason !== undefined)(
  'seeds with the same arguments find each other, and no edge is left alone while they come and go',
  { timeout: 180_000 },
  () => {
    it('through one host name with an address for each', async () => {
      await using lab = await createSeedLab({ machines: STORY_MACHINES })
      const settings = { 'discovery.dns': NAME, 'mdns.enabled': 'false' }
      const cluster = await makeLabCluster(lab, { size: 5, settings })
      const announce: Announce = async machines => {
        const ips = machines.map(({ ip }) => ip)
        await lab.dns.setHost(NAME, ips)
      }
      expectAllWell(await tellSeedStory({ lab, cluster, announce }))
      expect(lab.dns.log()).toContain(NAME)
    })

    it('by mDNS alone', async () => {
      await using lab = await createSeedLab({ machines: STORY_MACHINES, dns: false })
      const cluster = await makeLabCluster(lab, { size: 5 })
      // whoever runs is heard of
      expectAllWell(await tellSeedStory({ lab, cluster, announce: async () => {} }))
    })
  }
)

type Announce = Parameters<typeof tellSeedStory>[0]['announce']

function expectAllWell({ status, gaps, changes, ends }: SeedStory): void {
  expect(status).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('5 of 5 members can be reached, and they agree')
  })
  // what each holds of the registry, as the first eight digits of its digest
  expect(status?.stdout.match(/ yes +\S+ +1 +\d+ +[\da-f]{8} /g)).toHaveLength(4)
  console.log(`without any seed for at most ${gaps.join(' and ')} ms, in ${changes} changes`)
  expect(Math.max(...gaps)).toBeLessThan(MAX_GAP_MS)
  expect(changes).toBeGreaterThan(0)
  expect(ends).toEqual([0, 0, 0, 0, 0, 0, 0])
}
