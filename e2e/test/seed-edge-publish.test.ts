import { describe, expect, it } from 'vitest'
import { calmly } from '../harness/lab-node.ts'
import { startNamedCluster } from '../harness/named-cluster.ts'
import { whyNoSeedLab } from '../harness/seed-lab.ts'

/** A peer that is nowhere. */
const ANYBODY = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

const reason = whyNoSeedLab()
if (reason !== undefined) console.log(`left out: a list that an edge publishes (${reason})`)

describe.skipIf(reason !== undefined)('a list that an edge publishes', { timeout: 120_000 }, () => {
  it('is with all seeds within seconds, also where private addresses are not shared', async () => {
    const settings = { 'addresses.private': 'false' }
    await using named = await startNamedCluster({ size: 2, machines: 3, settings })
    const { lab, cluster, seeds, start } = named
    const edge = start(lab.machines[2], cluster.edgeArgs, 'edge')
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
