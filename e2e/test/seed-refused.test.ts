import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trust } from '@waystone/wire/admin'
import { othersOf, untilMeshed } from '../harness/lab-cluster.ts'
import { calmly } from '../harness/lab-node.ts'
import { startNamedCluster } from '../harness/named-cluster.ts'
import { whyNoSeedLab } from '../harness/seed-lab.ts'
import type { LabNode } from '../harness/lab-node.ts'

/** Where a member was once, and somebody else is now. */
const OLD_NAME = 'old.lab.test'

/** A peer that is nowhere. */
const ANYBODY = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

const reason = whyNoSeedLab()
if (reason !== undefined) console.log(`left out: seeds that are refused (${reason})`)

async function auditOf(node: LabNode): Promise<trust.AuditEvent[]> {
  const found: trust.AuditEvent[] = []
  const client = await node.client(trust.TrustService)
  for await (const { event } of client.audit({})) if (event !== undefined) found.push(event)
  return found
}

/** Waits until the audit log of a node has such an event. */
async function audited(
  node: LabNode,
  is: (line: trust.AuditEvent) => boolean,
  what: string
): Promise<trust.AuditEvent> {
  return await calmly(async () => (await auditOf(node)).find(is), what)
}

async function untilSequence(node: LabNode | undefined, sequence: bigint): Promise<void> {
  await calmly(
    async () => ((await node?.cluster())?.fileSequence === sequence ? true : undefined),
    `a seed to have the list ${sequence}`
  )
}

describe.skipIf(reason !== undefined)('refused and reported', { timeout: 120_000 }, () => {
  it('an imposter behind the DNS name, and one at the address of a member', async () => {
    await using setting = await startNamedCluster({ size: 2, machines: 3 })
    const { lab, cluster, start } = setting
    const bare = ['network=lab', 'addresses.private=true', 'mdns.enabled=false'].flatMap(text => ['--set', text])
    const imposter = start(lab.machines[2], ['--preset', 'seed', ...bare])
    const { peerId } = await imposter.ready()
    await lab.dns.setHost(OLD_NAME, [lab.machines[2]?.ip ?? ''])

    // the second one begins anew, and looks at both names
    const [first, second] = setting.seeds
    await second?.stop()
    const [self = ''] = first === undefined ? [] : [(await first.cluster())?.self]
    const again = start(lab.machines[1], [...cluster.seedArgs, '--seeds', `/dns4/${OLD_NAME}/tcp/4001/p2p/${self}`])
    if (first === undefined) throw new Error('no seed')
    await untilMeshed([first, again])
    const event = await audited(
      again,
      ({ kind, subject }) => kind === 'refused' && subject === peerId,
      'the audit log to name the imposter'
    )
    expect(event.reason).not.toBe('')

    const check = await again.waystone('seeds', 'check', '--json')
    const dialled = check.stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => (JSON.parse(line) as { seed?: { peer: string; result: string; address: string } }).seed)
    expect(check.code).toBe(0)
    expect(dialled).toContainEqual(expect.objectContaining({ peer: peerId, result: 'not-admitted' }))
    expect(dialled).toContainEqual(expect.objectContaining({ result: 'wrong-peer' }))
    expect(again.command.output().stdout).toContain(peerId)
    expect(await othersOf(again)).toEqual([self])
    expect(await again.waystone('cluster', 'status')).toMatchObject({ code: 0 })
  })

  it('a list of members that is older than the one that is known', async () => {
    await using setting = await startNamedCluster({ size: 2, machines: 2 })
    const { cluster, seeds, start, lab } = setting
    const [first, second] = seeds
    if (first === undefined || second === undefined) throw new Error('no seeds')
    const [file, record] = ['cluster.json', 'cluster.record'].map(name => join(cluster.folder, name)) as [
      string,
      string
    ]
    const old = { file: join(lab.shared, 'old.json'), record: join(lab.shared, 'old.record') }
    await copyFile(file, old.file)
    await copyFile(record, old.record)
    const { fileSequence: sequence = 0n } = (await first.cluster()) ?? {}
    const added = await first.waystone('cluster', 'add', ANYBODY, '--publish', '--folder', cluster.folder)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const newer = sequence + 1n
    await untilSequence(first, newer)
    await untilSequence(second, newer)

    // by somebody who kept what was signed before
    const replay = await second.waystone('trust', 'publish', old.file, '--record', old.record)
    expect(replay).toMatchObject({ code: 1, stderr: expect.stringMatching(/^IpnsSequenceError: /) })

    // or who changes the files of a seed
    await copyFile(old.file, file)
    await copyFile(old.record, record)
    await second.stop()
    const again = start(second.machine)
    await untilMeshed([first, again])
    await untilSequence(again, newer)
    const event = await audited(
      again,
      ({ kind, reason: why }) => kind === 'refused' && /sequence|older/i.test(why),
      'the report'
    )
    expect(event.subject).not.toBe('')
    expect((await again.cluster())?.members.map(({ peer }) => peer)).toContain(ANYBODY)
  })

  it('a seed that is no member any more', async () => {
    await using setting = await startNamedCluster({ size: 3, machines: 3 })
    const { cluster, seeds } = setting
    const [first, second, third] = seeds
    if (first === undefined || second === undefined || third === undefined) throw new Error('no seeds')
    const revoked = (await third.cluster())?.self ?? ''
    const removed = await first.waystone('cluster', 'rm', revoked, '--publish', '--folder', cluster.folder)
    expect(removed).toMatchObject({ code: 0, stderr: '' })

    for (const seed of [first, second]) {
      const isOut = async () => ((await othersOf(seed)).includes(revoked) ? undefined : true)
      await calmly(isOut, 'the others to let it go')
      await audited(seed, ({ kind, subject }) => kind === 'left' && subject === revoked, 'the audit log to say so')
      expect(await seed.waystone('cluster', 'status')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('2 of 2 members can be reached')
      })
    }
    // its identity is one of the pool's: it gives the slot up, and would take a listed one if it was started again
    expect(await third.command.result).toMatchObject({ code: 1, stderr: expect.stringMatching(/^SlotUnlistedError/) })
  })
})
