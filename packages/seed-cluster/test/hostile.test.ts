import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describeRpcFailure } from '@waystone/rpc'
import { describe, expect, test } from 'vitest'
import { DROP_AFTER_MS } from '../src/constants.ts'
import { startLiar, STATE } from './liar.ts'
import { clusterId, ListedMembership } from './listed-membership.ts'
import { keyOf, NOW, peerOf, seenBy, startMember } from './network.ts'
import type { PeerId } from '@libp2p/interface'
import type { Liar, LiarInit, SaidState } from './liar.ts'
import type { Member, MemberInit } from './network.ts'

const HELLOS = 'waystone_seed_cluster_hellos_total'
const RECORDS = 'waystone_seed_cluster_records_total'
const FAULTS = 'waystone_seed_cluster_faults_total'

const { instance: _instance, ...NO_INSTANCE } = STATE

/** A member whose only fellow lies. */
async function withLiar(
  lies: Omit<LiarInit, 'seed'> = {},
  init: Partial<MemberInit> = {}
): Promise<{ liar: Liar; member: Member }> {
  const membership = new ListedMembership()
  membership.set(await Promise.all([1, 2].map(peerOf)))
  const [member, liar] = await Promise.all([
    startMember({ seed: 1, membership, ...init }),
    startLiar({ seed: 2, ...lies })
  ])
  return { liar, member }
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => describeRpcFailure(error).name
  )
}

function viewOf({ service }: Member, { node }: Liar) {
  return service.members().find(({ id }) => id === node.peerId.toString())
}

/** Until nobody waits for the manual clock's next Hello any more. */
async function rounds(member: Member, isDone: () => boolean): Promise<void> {
  await until(async () => {
    await member.clock.advance(12_000)
    return isDone()
  })
}

describe('a stranger that says hello', () => {
  test('is refused by name, told to the audit log, and closed after it had time to find out', async () => {
    const { member } = await withLiar()
    const stranger = await startLiar({ seed: 3 })
    expect(await failureOf(stranger.to(member).hello({ state: STATE }))).toBe('NotAMemberError')
    expect(await failureOf(stranger.to(member).listMembers({}))).toBe('NotAMemberError')
    const subject = stranger.node.peerId.toString()
    // it asked twice, and is told of once
    expect(member.audited).toMatchObject([{ kind: 'refused', subject }])
    expect(member.metrics.count(HELLOS, 'not_a_member')).toBe(2)
    expect(member.node.getConnections(stranger.node.peerId)).toHaveLength(1)
    await member.clock.advance(5_000)
    await until(() => member.node.getConnections(stranger.node.peerId).length === 0)
    expect(member.audited.at(-1)).toMatchObject({ kind: 'closed', subject })
  })

  test('stays connected if the operator knows it for something else, or if it became a member', async () => {
    const levels = new Map<string, 'peer'>()
    const { member } = await withLiar(
      {},
      { trust: { levelOf: (peer: PeerId) => levels.get(peer.toString()) ?? 'none' } }
    )
    const [friend, newcomer] = await Promise.all([startLiar({ seed: 3 }), startLiar({ seed: 4 })])
    levels.set(friend.node.peerId.toString(), 'peer')
    for (const liar of [friend, friend, newcomer])
      expect(await failureOf(liar.to(member).hello({ state: STATE }))).toBe('NotAMemberError')
    const told = member.audited.map(({ subject }) => subject)
    expect(told).toEqual([friend, newcomer].map(({ node }) => node.peerId.toString()))
    member.membership.set([member.node.peerId, newcomer.node.peerId], 2n)
    await member.clock.advance(60_000)
    expect(member.node.getConnections(friend.node.peerId)).toHaveLength(1)
    expect(member.node.getConnections(newcomer.node.peerId)).toHaveLength(1)
    expect(await failureOf(newcomer.to(member).hello({ state: STATE }))).toBe('none')
  })
})

test('who has no trust file yet sends nobody away, and makes nobody look for a newer one', async () => {
  const peers = await Promise.all([1, 2].map(peerOf))
  const membership = new ListedMembership()
  membership.set(peers)
  const [one, other] = [await startMember({ seed: 1, membership }), await startMember({ seed: 2 })]
  await one.node.dial(other.node.getMultiaddrs())
  await until(() => one.metrics.count('waystone_seed_cluster_hellos_total', 'failed') > 0)
  expect(seenBy(one, other)?.error).toBe('NoTrustFileError: the trust file of the cluster is not here yet')
  expect(other.metrics.count('waystone_seed_cluster_hellos_total', 'no_file')).toBe(1)
  expect(other.audited).toEqual([])
  expect(membership.looks).toBe(0)
  await other.clock.advance(DROP_AFTER_MS * 2)
  expect(one.node.getConnections()).toHaveLength(1)
  // no wait of the one that was turned away: the other says hello as soon as it can
  other.membership.set(peers)
  await until(() => seenBy(one, other)?.said !== undefined && seenBy(other, one)?.said !== undefined)
  expect(one.service.state()).toBe('joined')
})

test('a list of members that did not come is asked for again soon', async () => {
  const peers = await Promise.all([1, 2, 3].map(peerOf))
  const membership = new ListedMembership()
  membership.set(peers)
  let asked = 0
  const peerRecords = (): Uint8Array[] => {
    if (asked++ === 0) throw new Error('not now')
    return []
  }
  const [one, liar] = [await startMember({ seed: 1, membership }), await startLiar({ seed: 2, peerRecords })]
  await one.node.dial(liar.node.getMultiaddrs())
  await until(() => asked === 1)
  await until(async () => {
    // far below the ten seconds until the next Hello
    if (one.clock.now() - NOW < 1_500) await one.clock.advance(100)
    return asked === 2
  })
  expect(one.node.getConnections()).toHaveLength(1)
})

test('a member that the operator blocked is none', async () => {
  const { member, liar } = await withLiar({}, { trust: { levelOf: () => 'blocked' } })
  expect(await failureOf(liar.to(member).hello({ state: STATE }))).toBe('NotAMemberError')
  expect(viewOf(member, liar)).toMatchObject({
    isConnected: false,
    error: 'blocked in the trust database of this node'
  })
  expect(member.service.state()).toBe('alone')
})

test('a flood of Hellos is refused, and goes on to work for others and later', async () => {
  const { member, liar } = await withLiar()
  await liar.node.dial(member.node.getMultiaddrs())
  const client = liar.to(member)
  const names = await Promise.all(
    Array.from({ length: 60 }, async () => await failureOf(client.hello({ state: STATE })))
  )
  expect(new Set(names)).toEqual(new Set(['none', 'HelloTooSoonError']))
  expect(names.filter(name => name === 'none').length).toBe(20)
  expect(names.filter(name => name === 'HelloTooSoonError').length).toBe(40)
  expect(member.metrics.count(HELLOS, 'too_many')).toBe(40)
  await member.clock.advance(10_000)
  expect(await failureOf(client.hello({ state: STATE }))).toBe('none')
})

test.each<[string, SaidState | undefined, string]>([
  ['nothing', undefined, 'HelloInvalidError'],
  ['no instance', NO_INSTANCE, 'HelloInvalidError'],
  ['an instance of 17 bytes', { ...STATE, instance: { id: new Uint8Array(17) } }, 'HelloInvalidError'],
  ['another cluster', { ...STATE, cluster: new Uint8Array(38) }, 'OtherClusterError'],
  ['an endless digest', { ...STATE, registryDigest: new Uint8Array(1_000) }, 'HelloInvalidError']
])('a member that says %s is refused, and not believed when it answers so', async (_what, state, error) => {
  const { member, liar } = await withLiar({ hello: () => (state === undefined ? {} : { state }) })
  expect(await failureOf(liar.to(member).hello(state === undefined ? {} : { state }))).toBe(error)
  await until(() => viewOf(member, liar)?.error !== undefined)
  expect(viewOf(member, liar)?.said).toBeUndefined()
  expect(member.service.state()).toBe('joined')
})

test('numbers and texts at their ends are shown in bounds', async () => {
  const most = 2n ** 64n - 1n
  const state: SaidState = {
    ...STATE,
    instance: { id: new Uint8Array(16), startedAt: most, fence: most, saidAt: most },
    version: `\u001b[31m${'x'.repeat(1_000)}\n`,
    records: most,
    now: most,
    connectedMembers: 2 ** 32 - 1
  }
  const { member, liar } = await withLiar({ hello: () => ({ state }) })
  await liar.node.dial(member.node.getMultiaddrs())
  await until(() => viewOf(member, liar)?.said !== undefined)
  const said = viewOf(member, liar)?.said
  expect(said?.version).toHaveLength(64)
  expect(said?.version).not.toContain('\u001b')
  expect(Number.isSafeInteger(said?.records)).toBe(true)
  expect(viewOf(member, liar)?.disagreements[0]).toMatch(/^its clock is \d+ s ahead of this node's$/)
})

test('a member that claims the highest sequence and never delivers is noticed, counted and ignored', async () => {
  const { member, liar } = await withLiar({ hello: () => ({ state: { ...STATE, fileSequence: 2n ** 63n } }) })
  await liar.node.dial(member.node.getMultiaddrs())
  await rounds(member, () => member.metrics.count(FAULTS, 'false_sequence') > 0)
  expect(member.membership.looks).toBe(3)
  expect(viewOf(member, liar)?.disagreements).toContain(
    `it claims a trust file ${2n ** 63n} that nobody has (newest 1)`
  )
  const before = viewOf(member, liar)?.said?.heardAt ?? 0
  await rounds(member, () => (viewOf(member, liar)?.said?.heardAt ?? 0) > before + 60_000)
  expect(member.membership.looks).toBe(3)
})

test('a clock that is an hour off is told once, and nothing else changes', async () => {
  const { member, liar } = await withLiar({ hello: () => ({ state: { ...STATE, now: BigInt(NOW - 3_600_000) } }) })
  await liar.node.dial(member.node.getMultiaddrs())
  await until(() => viewOf(member, liar)?.said !== undefined)
  expect(viewOf(member, liar)?.disagreements).toEqual(["its clock is 3600 s behind this node's"])
  const before = NOW
  await rounds(member, () => (viewOf(member, liar)?.said?.heardAt ?? 0) > before + 30_000)
  expect(member.metrics.count(FAULTS, 'clock')).toBe(1)
  expect(member.service.state()).toBe('joined')
})

describe('addresses that a member tells', () => {
  async function envelope(signer: number, of: number, addresses: string[], sequence = 1n): Promise<Uint8Array> {
    const record = new PeerRecord({
      peerId: await peerOf(of),
      multiaddrs: addresses.map(multiaddr),
      seqNumber: sequence
    })
    return (await RecordEnvelope.seal(record, await keyOf(signer))).marshal()
  }

  async function toldBy(peerRecords: Uint8Array[]): Promise<{ member: Member; told: string[] }> {
    const membership = new ListedMembership()
    membership.set(await Promise.all([1, 2, 3].map(peerOf)))
    const { member, liar } = await withLiar({ peerRecords: () => peerRecords }, { membership })
    const told: string[] = []
    member.service.onMember((peer, addresses) => void told.push(`${peer.toString()} ${addresses.join()}`))
    await liar.node.dial(member.node.getMultiaddrs())
    const count = (): number =>
      ['taken', 'invalid', 'not_a_member', 'old'].reduce((sum, label) => sum + member.metrics.count(RECORDS, label), 0)
    await until(() => count() === Math.min(peerRecords.length, 256))
    return { member, told }
  }

  test('are taken if the member itself signed them', async () => {
    const { told } = await toldBy([await envelope(3, 3, ['/ip4/192.0.2.3/tcp/1', '/ip4/192.0.2.4/tcp/1'])])
    expect(told).toEqual([`${(await peerOf(3)).toString()} /ip4/192.0.2.3/tcp/1,/ip4/192.0.2.4/tcp/1`])
  })

  test('are dropped if somebody else signed them, or nobody', async () => {
    const right = await envelope(3, 3, ['/ip4/192.0.2.3/tcp/1'])
    const broken = right.map((byte, index) => (index === right.length - 1 ? byte ^ 1 : byte))
    const { told, member } = await toldBy([
      await envelope(2, 3, ['/ip4/192.0.2.66/tcp/1']),
      broken,
      new Uint8Array(0),
      new Uint8Array(100).fill(255),
      new Uint8Array(9_000),
      right.subarray(0, 40)
    ])
    expect(told).toEqual([])
    expect(member.metrics.count(RECORDS, 'invalid')).toBe(6)
  })

  test('of strangers, of this node and older ones are dropped', async () => {
    const { told, member } = await toldBy([
      await envelope(4, 4, ['/ip4/192.0.2.4/tcp/1']),
      await envelope(1, 1, ['/ip4/192.0.2.1/tcp/1']),
      await envelope(3, 3, ['/ip4/192.0.2.3/tcp/2'], 2n),
      await envelope(3, 3, ['/ip4/192.0.2.3/tcp/1'], 1n)
    ])
    expect(told).toEqual([`${(await peerOf(3)).toString()} /ip4/192.0.2.3/tcp/2`])
    expect(member.metrics.count(RECORDS, 'not_a_member')).toBe(2)
    expect(member.metrics.count(RECORDS, 'old')).toBe(1)
  })

  test('are as many as there may be, with as many addresses as there may be', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `/ip4/192.0.2.3/tcp/${at + 1}`)
    const { told } = await toldBy([...Array.from({ length: 300 }, () => new Uint8Array(1)), await envelope(3, 3, many)])
    expect(told).toEqual([])
    const { told: few } = await toldBy([await envelope(3, 3, many)])
    expect(few[0]?.split(',')).toHaveLength(16)
  })
})

test('10,000 members cost no conversation until they are connected', async () => {
  const { member, liar } = await withLiar()
  const fellow = liar.node.peerId.toString()
  const ids = Array.from({ length: 9_998 }, (_, at) => `${fellow.slice(0, -6)}${String(at).padStart(6, '1')}`)
  member.membership.set([member.node.peerId, liar.node.peerId, ...ids], 2n)
  expect(member.service.members()).toHaveLength(10_000)
  expect(member.service.state()).toBe('alone')
  await liar.node.dial(member.node.getMultiaddrs())
  await until(() => viewOf(member, liar)?.said !== undefined)
  expect(member.service.state()).toBe('joined')
  expect(member.metrics.count(HELLOS, 'failed')).toBe(0)
})

test('a revoked member is let go: its Hello is refused, its conversation ends', async () => {
  const { member, liar } = await withLiar()
  await liar.node.dial(member.node.getMultiaddrs())
  await until(() => viewOf(member, liar)?.said !== undefined)
  member.membership.set([member.node.peerId], 2n)
  expect(viewOf(member, liar)).toBeUndefined()
  expect(await failureOf(liar.to(member).hello({ state: { ...STATE, cluster: clusterId() } }))).toBe('NotAMemberError')
  const answered = member.metrics.count(HELLOS, 'answered')
  await member.clock.advance(60_000)
  await until(() => member.node.getConnections(liar.node.peerId).length === 0)
  expect(member.metrics.count(HELLOS, 'answered')).toBe(answered)
})
