import { peerIdFromString } from '@libp2p/peer-id'
import { readinessSymbol } from '@waystone/interface'
import { until } from '@waystone/kit/testing'
import { MemoryDatastore } from 'datastore-core'
import { describe, expect, test } from 'vitest'
import { DIFFERING_MS } from '../src/constants.ts'
import { ListedMembership } from './listed-membership.ts'
import { connect, heardEachOther, newInstance, NOW, peerOf, seenBy, startCluster, startMember } from './network.ts'
import type { MemberView } from '@waystone/seed-cluster'
import type { Member } from './network.ts'

const TEN_SECONDS = 10_000

const answered = ({ metrics }: Member): number => metrics.count('waystone_seed_cluster_hellos_total', 'answered')

describe('two members that are connected', () => {
  test('say what they run and go by', async () => {
    const [one, other] = await startCluster(2)
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    expect(seenBy(one!, other!)).toMatchObject({
      label: 'seed-1',
      isSelf: false,
      isConnected: true,
      said: { fileSequence: 1n, startedAt: NOW, heardAt: NOW, clockOffset: 0, records: 0 },
      disagreements: []
    })
    expect(seenBy(one!, one!)).toMatchObject({ isSelf: true, isConnected: true, said: { connectedMembers: 1 } })
  })

  test('say it again every ten seconds', async () => {
    const [one, other] = await startCluster(2)
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    await other!.clock.advance(TEN_SECONDS * 1.2)
    await one!.clock.advance(TEN_SECONDS * 1.2)
    await until(() => seenBy(one!, other!)?.said?.heardAt !== NOW)
    expect(seenBy(one!, other!)?.said?.heardAt).toBe(NOW + TEN_SECONDS * 1.2)
  })

  test('go by one state each: alone, joined, and alone again', async () => {
    const [one, other] = await startCluster(2)
    expect(one!.service.state()).toBe('alone')
    expect(one!.service[readinessSymbol]()).toEqual([])
    await connect(one!, other!)
    await until(() => other!.service.state() === 'joined')
    await other!.node.stop()
    await until(() => one!.service.state() === 'alone')
    expect(one!.events.filter(event => event.startsWith('cluster:state'))).toEqual(
      ['alone', 'joined', 'alone'].map(state => `cluster:state {"cluster":"test","state":"${state}"}`)
    )
  })

  test('are counted among those that run, also of a list with more names', async () => {
    const [one, other] = await startCluster(2)
    const [third, known] = [await peerOf(3), one!.membership.members().map(({ id }) => peerIdFromString(id))]
    one!.membership.set([...known, third], 2n)
    expect(one!.service.summary()).toMatchObject({ state: 'alone', connected: 1, fileSequence: 2n })
    await connect(one!, other!)
    await until(() => one!.service.state() === 'joined')
    expect(one!.service.summary()).toEqual({
      name: 'test',
      state: 'joined',
      connected: 2,
      running: 2,
      fileSequence: 2n
    })
  })

  test('compare their registries, and differ only after a while', async () => {
    const digests = [new Uint8Array(8), new Uint8Array(8).fill(1)]
    const peers = await Promise.all([1, 2].map(peerOf))
    const [one, other] = await Promise.all(
      digests.map(async (digest, at) => {
        const membership = new ListedMembership()
        membership.set(peers)
        return await startMember({ seed: at + 1, membership, registry: () => ({ records: 7 + at, digest }) })
      })
    )
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    expect(seenBy(one!, other!)).toMatchObject({ said: { records: 8 }, lag: 0, disagreements: [] })
    // news makes them say hello many times at once, which is no while
    for (let sequence = 2n, before = answered(one!); sequence < 9n; sequence++, before = answered(one!)) {
      for (const { membership } of [one!, other!]) membership.set(peers, sequence)
      await until(() => answered(one!) > before)
    }
    expect(seenBy(one!, other!)?.disagreements.filter(line => line.startsWith('its registry'))).toEqual([])
    await until(async () => {
      await one!.clock.advance(TEN_SECONDS * 1.2)
      return seenBy(one!, other!)?.disagreements.some(line => line.startsWith('its registry (8 records)')) === true
    })
    expect(seenBy(one!, other!)?.lag).toBeGreaterThanOrEqual(DIFFERING_MS)
    digests[0]!.fill(1)
    await until(async () => {
      await one!.clock.advance(TEN_SECONDS * 1.2)
      return seenBy(one!, other!)?.disagreements.every(line => !line.startsWith('its registry')) === true
    })
    expect(seenBy(one!, other!)?.lag).toBe(0)
  })
})

describe('a newer trust file at a member', () => {
  test('is looked for, and the news is passed on at once', async () => {
    const [one, other] = await startCluster(2)
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    const peers = one!.membership.members().map(({ id }) => id)
    one!.membership.onLook = () => one!.membership.set(peers, 2n)
    other!.membership.set(peers, 2n)
    await until(() => one!.membership.file()?.sequence === 2n)
    expect(one!.membership.looks).toBe(1)
  })

  test('is looked for where one with an older list refuses this node, which is no lie of it', async () => {
    const [one, other] = await Promise.all([startMember({ seed: 1 }), startMember({ seed: 2 })])
    one.membership.set(await Promise.all([1, 2].map(peerOf)), 2n)
    other.membership.set([await peerOf(2)])
    await connect(one, other)
    const refused = (): number => other.metrics.count('waystone_seed_cluster_hellos_total', 'not_a_member')
    await until(async () => (await one.clock.advance(TEN_SECONDS * 1.2), refused() > 6))
    expect(one.membership.looks).toBe(3)
    expect(one.metrics.count('waystone_seed_cluster_faults_total', 'false_sequence')).toBe(0)
  })

  test('is shown as a disagreement while it is not here, at both', async () => {
    const [one, other] = await startCluster(2)
    other!.membership.set(
      one!.membership.members().map(({ id }) => id),
      7n
    )
    await connect(one!, other!)
    await heardEachOther(one!, other!)
    expect(seenBy(one!, other!)?.disagreements).toEqual(['its trust file is newer (7, here 1)'])
    expect(seenBy(other!, one!)?.disagreements).toEqual(['its trust file is older (1, newest 7)'])
  })
})

describe('who is not in the trust file', () => {
  test('calls nobody and is no part of the mesh', async () => {
    const [one] = await startCluster(1)
    const membership = new ListedMembership()
    membership.set([one!.node.peerId])
    const edge = await startMember({ seed: 9, membership })
    await connect(edge, one!)
    await until(() => seenBy(edge, one!)?.isConnected === true)
    expect(edge.service.state()).toBe('not-a-member')
    expect(edge.service[readinessSymbol]()).toEqual([])
    expect(one!.service.state()).toBe('alone')
    await edge.clock.advance(TEN_SECONDS * 10)
    expect(edge.metrics.count('waystone_seed_cluster_hellos_total', 'failed')).toBe(0)
    expect(one!.metrics.count('waystone_seed_cluster_hellos_total', 'not_a_member')).toBe(0)
  })

  test('is not ready as a seed, and says whom to add', async () => {
    const membership = new ListedMembership()
    const seed = await startMember({ seed: 9, membership, mustBelong: true })
    expect(seed.service[readinessSymbol]()).toEqual(['the trust file of cluster test is not here yet'])
    membership.set([await peerOf(1)])
    expect(seed.service[readinessSymbol]()).toEqual([
      `this node is not in the trust file of cluster test: add ${seed.node.peerId.toString()} to it`
    ])
    membership.set([seed.node.peerId], 2n)
    expect(seed.service[readinessSymbol]()).toEqual([])
  })

  test('was revoked if it was a member before, also after a restart', async () => {
    const datastore = new MemoryDatastore()
    const membership = new ListedMembership()
    membership.set([await peerOf(1)])
    const before = await startMember({ seed: 1, membership, datastore })
    await until(() => before.service.state() === 'alone')
    membership.set([await peerOf(2)], 2n)
    await until(() => before.events.some(event => event.includes('"revoked"')))
    await before.node.stop()
    const after = await startMember({ seed: 1, membership, datastore, mustBelong: true, instance: newInstance() })
    expect(after.service.state()).toBe('revoked')
    expect(after.service[readinessSymbol]()).toEqual(['this node was removed from cluster test'])
  })
})

describe('asking every member', () => {
  test('dials who is not connected, and says why somebody cannot be reached', async () => {
    const [one, other, third] = await startCluster(3)
    await one!.node.peerStore.merge(other!.node.peerId, { multiaddrs: other!.node.getMultiaddrs() })
    await third!.node.stop()
    const asked: MemberView[] = []
    for await (const view of one!.service.check()) asked.push(view)
    expect(asked).toHaveLength(3)
    expect(asked[0]).toMatchObject({ isSelf: true })
    const of = (member: Member) => asked.find(({ id }) => id === member.node.peerId.toString())
    expect(of(other!)).toMatchObject({ isConnected: true, said: { fileSequence: 1n } })
    expect(of(third!)).toMatchObject({ isConnected: false })
    expect(of(third!)?.error).toBe('nobody has said yet where it is')
  })

  test('ends when the reader leaves', async () => {
    const [one] = await startCluster(1)
    one!.membership.set(await Promise.all(Array.from({ length: 40 }, async (_, at) => await peerOf(at + 1))))
    for await (const { isSelf } of one!.service.check()) {
      expect(isSelf).toBe(true)
      break
    }
  })
})
