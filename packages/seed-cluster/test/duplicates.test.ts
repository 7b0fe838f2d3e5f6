import { ManualClock, until } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { signInstance } from '../src/instance.ts'
import { startLiar, STATE } from './liar.ts'
import { ListedMembership } from './listed-membership.ts'
import { connect, keyOf, newInstance, NOW, peerOf, seenBy, startMember } from './network.ts'
import type { Member, MemberInit } from './network.ts'

const FAULTS = 'waystone_seed_cluster_faults_total'

async function startTwin(seed: number, init: Partial<MemberInit> = {}): Promise<Member> {
  const membership = new ListedMembership()
  membership.set(await Promise.all([1, 2].map(peerOf)))
  return await startMember({ seed, membership, ...init })
}

/** A member that sees it all, and two nodes with one key. */
async function twins(older: Partial<MemberInit> = {}, younger: Partial<MemberInit> = {}) {
  const helper = await startTwin(1)
  const one = await startTwin(2, { instance: newInstance(NOW - 60_000), ...older })
  const other = await startTwin(2, { instance: newInstance(NOW - 1_000), ...younger })
  return { helper, one, other }
}

/** Each says hello again and again. */
async function untilTold(members: Member[], isDone: () => boolean): Promise<void> {
  await until(async () => {
    for (const { clock } of members) await clock.advance(12_000)
    return isDone()
  })
}

/** A node says hello until it has heard of the other; a member takes only some Hellos at once. */
async function untilHeard(member: Member): Promise<void> {
  while (member.audited.length === 0) {
    const before = member.metrics.count('waystone_seed_cluster_hellos_total', 'answered')
    await untilTold([member], () => member.metrics.count('waystone_seed_cluster_hellos_total', 'answered') > before)
  }
}

describe('two nodes that run with one key', () => {
  test('are told by a member that both are connected to, and the younger one yields', async () => {
    const { helper, one, other } = await twins()
    await connect(one, helper)
    await until(() => seenBy(helper, one)?.said !== undefined)
    await connect(other, helper)
    await until(() => other.yielded.length > 0)
    await untilHeard(one)
    expect(other.yielded).toHaveLength(1)
    expect(other.yielded[0]).toMatchObject({ name: 'DuplicateIdentityError', exitCode: 1 })
    expect(other.yielded[0]?.hint).toContain('identity')
    expect(one.yielded).toEqual([])
    for (const { audited, events } of [one, other]) {
      expect(audited).toMatchObject([{ kind: 'refused', subject: one.node.peerId.toString() }])
      expect(events.filter(event => event.startsWith('cluster:duplicate'))).toHaveLength(1)
    }
    expect(seenBy(helper, one)?.disagreements).toContain('two nodes run with its key')
    expect(seenBy(one, one)?.disagreements).toEqual(['another node runs with the key of this one'])
    await other.node.stop()
    await until(() => !seenBy(helper, one)!.disagreements.includes('two nodes run with its key'))
    await untilTold([one], () => seenBy(one, one)?.disagreements.length === 0)
  })

  test('are told also when the clock of one was far ahead at its start, which then yields', async () => {
    const ahead = NOW + 24 * 60 * 60_000
    const { helper, one, other } = await twins({}, { instance: newInstance(ahead), clock: new ManualClock(ahead) })
    await Promise.all([connect(one, helper), connect(other, helper)])
    await untilHeard(one)
    // it says in its next Hello what it was told of
    await untilTold([one, other], () => other.yielded.length > 0)
    expect([one.yielded.length, other.yielded.length]).toEqual([0, 1])
  })

  test('go by the fence of their lease before their age', async () => {
    const { helper, one, other } = await twins(
      { instance: { ...newInstance(NOW - 60_000), fence: 3n } },
      { instance: { ...newInstance(NOW - 1_000), fence: 4n } }
    )
    await Promise.all([connect(one, helper), connect(other, helper)])
    await untilHeard(one)
    await untilHeard(other)
    expect(one.yielded).toHaveLength(1)
    expect(other.yielded).toEqual([])
  })
})

describe('one node is not two', () => {
  test('when it has two connections to a member', async () => {
    const [helper, one] = [await startTwin(1), await startTwin(2)]
    await connect(one, helper)
    await helper.node.dial(one.node.getMultiaddrs(), { force: true })
    expect(helper.node.getConnections(one.node.peerId)).toHaveLength(2)
    await untilTold([one, helper], () => (seenBy(helper, one)?.said?.heardAt ?? 0) > NOW + 60_000)
    expect(seenBy(helper, one)?.disagreements).toEqual([])
    expect(one.audited).toEqual([])
  })

  test('when it was started again, and its old connection only looks open', async () => {
    const helper = await startTwin(1)
    const before = await startLiar({ seed: 2 })
    await before.to(helper).hello({ state: STATE })
    // the protocol is gone as the process is: nothing answers a ping any more
    const [old] = helper.node.getConnections(before.node.peerId)
    await before.node.unhandle('/ipfs/ping/1.0.0')
    const after = await startTwin(2)
    await connect(after, helper)
    await until(() => old?.status !== 'open')
    await untilTold([after, helper], () => (seenBy(helper, after)?.said?.heardAt ?? 0) > NOW + 30_000)
    expect(after.yielded).toEqual([])
    expect(after.audited).toEqual([])
    expect(seenBy(helper, after)?.disagreements).toEqual([])
  })
})

describe('a member that tells of another run, and lies', () => {
  test.each<[string, () => Promise<object>]>([
    ['without a signature', async () => ({ id: new Uint8Array(16).fill(1), saidAt: BigInt(NOW + 5_000) })],
    [
      'signed with its own key',
      async () => await signInstance(newInstance(NOW - 60_000), await keyOf(2), { now: NOW + 5_000 })
    ],
    [
      'with what an earlier run of the node signed',
      async () => await signInstance(newInstance(NOW - 60_000), await keyOf(1), { now: NOW - 1 })
    ],
    [
      'with what an earlier run of the node signed for another twin',
      async () =>
        await signInstance(newInstance(NOW - 60_000), await keyOf(1), {
          now: NOW - 1,
          seen: new Uint8Array(16).fill(9)
        })
    ],
    ['with an id of another length', async () => ({ id: new Uint8Array(3), saidAt: BigInt(NOW + 5_000) })]
  ])('is not believed %s', async (_what, lie) => {
    const other = await lie()
    const liar = await startLiar({ seed: 2, hello: () => ({ state: STATE, other: other as never, yield: true }) })
    const victim = await startTwin(1)
    await liar.node.dial(victim.node.getMultiaddrs())
    await until(() => victim.metrics.count(FAULTS, 'unproven_duplicate') > 0)
    expect(victim.yielded).toEqual([])
    expect(victim.audited).toEqual([])
  })

  test('is believed with what the key has really signed, whatever it says of who yields', async () => {
    const proof = await signInstance(newInstance(NOW - 60_000), await keyOf(1), { now: NOW + 5_000 })
    const liar = await startLiar({ seed: 2, hello: () => ({ state: STATE, other: proof, yield: false }) })
    const victim = await startTwin(1)
    await liar.node.dial(victim.node.getMultiaddrs())
    await until(() => victim.yielded.length > 0)
    expect(victim.yielded).toHaveLength(1)
  })
})
