import { RPC_PROTOCOL } from '@waystone/wire'
import { until } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { ListedMembership } from './listed-membership.ts'
import { connect, heardEachOther, peerOf, seenBy, startCluster, startMember } from './network.ts'
import type { MemberView } from '@waystone/seed-cluster'
import type { Member } from './network.ts'

describe('members that do not run', () => {
  const HOUR = 3_600_000
  const stateOf = (one: Member, id: string) => one.service.members().find(member => member.id === id)?.state

  async function withFreeSlot(): Promise<{ one: Member; other: Member; free: string }> {
    const [one, other] = await startCluster(2)
    const free = (await peerOf(77)).toString()
    for (const { membership, node } of [one!, other!]) {
      membership.set([...new Set([...membership.members().map(({ id }) => id), node.peerId.toString(), free])], 2n)
    }
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    return { one: one!, other: other!, free }
  }

  test('are not missing: nobody knows an address of them', async () => {
    const { one, free } = await withFreeSlot()
    expect([one.service.state(), stateOf(one, free)]).toEqual(['joined', 'not-running'])
    const asked: MemberView[] = []
    for await (const view of one.service.check()) asked.push(view)
    expect(asked.find(({ id }) => id === free)).toMatchObject({
      state: 'not-running',
      error: 'nobody has said yet where it is'
    })
    expect(asked.map(({ state }) => state).toSorted()).toEqual(['connected', 'not-running', 'self'])
  })

  test('disagree with nobody, whatever they said before', async () => {
    const { one, other } = await withFreeSlot()
    const ids = one.membership.members().map(({ id }) => id)
    one.membership.set(ids, 3n)
    expect(seenBy(one, other)?.disagreements).toEqual(['its trust file is older (2, newest 3)'])
    await other.node.stop()
    await until(() => seenBy(one, other)?.isConnected === false)
    expect(seenBy(one, other)).toMatchObject({ said: { fileSequence: 2n }, disagreements: [] })
  })

  test('are missing for an hour after they were connected', async () => {
    const { one, other } = await withFreeSlot()
    const third = await startMember({ seed: 77, membership: one.membership })
    await connect(third, one)
    await until(() => seenBy(one, third)?.isConnected === true)
    await third.node.stop()
    await until(() => one.service.state() === 'partial')
    expect(stateOf(one, third.node.peerId.toString())).toBe('unreachable')
    expect(seenBy(one, other)?.isConnected).toBe(true)
    await one.clock.advance(HOUR + 1_000)
    await until(() => stateOf(one, third.node.peerId.toString()) === 'not-running')
  })
})

test('a member that is connected and answers no Hello is silent, until it does', async () => {
  const peers = await Promise.all([1, 2].map(peerOf))
  const lists = [new ListedMembership(), new ListedMembership()]
  lists[0]!.set(peers)
  const [one, other] = await Promise.all(
    lists.map(async (membership, at) => await startMember({ seed: at + 1, membership }))
  )
  await connect(one!, other!)
  // the other one has no list yet, and so refuses
  await until(() => seenBy(one!, other!)?.state === 'silent')
  expect(seenBy(one!, other!)).toMatchObject({ isConnected: true, error: expect.stringMatching(/^NoTrustFileError/) })
  lists[1]!.set(peers)
  await until(() => seenBy(one!, other!)?.state === 'connected')
})

test('a check gives one member five seconds, and says that it does not answer', async () => {
  const [one, other] = await startCluster(2)
  await connect(one!, other!)
  await heardEachOther(one!, other!)
  // it takes calls, and nobody answers them
  await other!.node.unhandle(RPC_PROTOCOL)
  await other!.node.handle(RPC_PROTOCOL, () => undefined)
  const becomesSilent = async (): Promise<boolean> => {
    await one!.clock.advance(500)
    return seenBy(one!, other!)?.state === 'silent'
  }
  await until(becomesSilent)
  const states: string[] = []
  const begun = one!.clock.monotonic()
  const check = async (): Promise<void> => {
    for await (const { isSelf, state } of one!.service.check()) if (!isSelf) states.push(state)
  }
  const checking = check()
  await until(async () => {
    await one!.clock.advance(500)
    return states.length > 0
  })
  await checking
  expect(states).toEqual(['silent'])
  expect(one!.clock.monotonic() - begun).toBeLessThan(10_000)
})
