import { describe, expect, it } from 'vitest'
import { makeLabCluster, untilMeshed } from '../harness/lab-cluster.ts'
import { calmly, startOn } from '../harness/lab-node.ts'
import { createSeedLab, whyNoSeedLab } from '../harness/seed-lab.ts'
import type { Machine } from '../harness/seed-lab.ts'

const NAME = 'seeds.lab.test'
/** A peer that is nowhere. */
const ANYBODY = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

const reason = whyNoSeedLab()
if (reason !== undefined) console.log(`left out: a list that an edge publishes (${reason})`)

describe.skipIf(reason !== undefined)('a list that an edge publishes', { timeout: 120_000 }, () => {
  it('is with all seeds within seconds, also where private addresses are not shared', async () => {
    await using stack = new AsyncDisposableStack()
    const lab = stack.use(await createSeedLab({ machines: 3 }))
    const settings = { 'discovery.dns': NAME, 'mdns.enabled': 'false', 'addresses.private': 'false' }
    const cluster = await makeLabCluster(lab, { size: 2, settings })
    const [one, two, three] = lab.machines as [Machine, Machine, Machine]
    await lab.dns.setHost(NAME, [one.ip, two.ip])
    const seeds = [one, two].map(machine => stack.use(startOn(machine, 'seed', cluster.seedArgs)))
    await untilMeshed(seeds)
    const edge = stack.use(startOn(three, 'edge', cluster.edgeArgs))
    await edge.ready()

    const added = await edge.waystone('cluster', 'add', ANYBODY, '--publish', '--folder', cluster.folder)
    expect(added).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^published {4}.*rpc/m) })
    for (const seed of seeds) {
      const has = async () => ((await seed.cluster())?.members.some(({ peer }) => peer === ANYBODY) ? true : undefined)
      await calmly(has, 'a seed to have the list of the edge', 15_000)
    }
    const { stdout } = await edge.stop()
    expect(stdout).not.toContain('is not followed any more')
  })
})
