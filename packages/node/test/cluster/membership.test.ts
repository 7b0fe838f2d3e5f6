import { join } from 'node:path'
import { ManualClock, until } from '@waystone/kit/testing'
import { systemClock } from '@waystone/kit'
import { TrustAcl } from '@waystone/trust-acl'
import { MemoryDatastore } from 'datastore-core'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TrustMembership } from '../../src/cluster/membership.ts'
import { NodeLog } from '../../src/logging/node-log.ts'
import { trustAclConfig } from '../../src/trust/acl-config.ts'
import { writeFiles } from '../config/scratch-folder.ts'
import { allPlugins, localConfig, startLocalNode } from '../local-node.ts'
import type { Plugin, PluginContext } from '../../src/plugins/index.ts'
import { clusterFile, fetchedFile, keyOf, peerOf } from './cluster-file.ts'

const NOW = 1_700_000_000_000
const DAY = 24 * 3_600_000
const log = new NodeLog(pino({ level: 'silent' })).forComponent('test')

async function newCluster() {
  const key = await keyOf(1)
  const members = await Promise.all([10, 11, 12].map(peerOf))
  const clock = new ManualClock(NOW)
  const { name } = await clusterFile({ key, members: [], now: NOW })
  const config = trustAclConfig(localConfig('seed', { cluster: { key: name } }))
  const trust = await TrustAcl.open({ datastore: new MemoryDatastore(), self: await peerOf(10), clock, config })
  onTestFinished(async () => trust.close())
  const open = async () => {
    const membership = await TrustMembership.open({ name: 'cluster', key: name, trust, log })
    onTestFinished(() => membership.close())
    return membership
  }
  const publish = async (sequence: bigint, peers = members, lifetime = DAY) => {
    const signed = await clusterFile({ key, members: peers, sequence, now: clock.now(), lifetime })
    await trust.setFile(name, await fetchedFile(signed, key))
  }
  return { name, members, clock, trust, open, publish }
}

describe('the members of a cluster', () => {
  test('are nobody while there is no trust file', async () => {
    const { open, members } = await newCluster()
    const membership = await open()
    expect(membership.file()).toBeUndefined()
    expect(membership.members()).toEqual([])
    expect(members.some(peer => membership.has(peer))).toBe(false)
  })

  test('are the nodes of the file that comes', async () => {
    const { open, publish, members, name } = await newCluster()
    const membership = await open()
    let changes = 0
    membership.onChange(() => changes++)
    await publish(3n)
    await until(() => membership.file() !== undefined)
    expect(membership.key).toBe(name)
    expect(membership.file()).toEqual({ sequence: 3n, fetched: NOW, validUntil: NOW + DAY })
    expect(membership.members().map(({ id }) => id)).toEqual(members.map(String))
    expect(members.every(peer => membership.has(peer))).toBe(true)
    expect(membership.has(await peerOf(13))).toBe(false)
    expect(changes).toBe(1)
  })

  test('are there at once at the next start', async () => {
    const { open, publish, members } = await newCluster()
    await publish(3n)
    expect((await open()).members()).toHaveLength(members.length)
  })

  test('go when a newer file does not name them, and listeners hear of it until they leave', async () => {
    const { open, publish, members } = await newCluster()
    await publish(1n)
    const membership = await open()
    let changes = 0
    const leave = membership.onChange(() => changes++)
    await publish(2n, members.slice(1))
    await until(() => membership.file()?.sequence === 2n)
    expect(membership.members()).toHaveLength(2)
    expect(membership.has(members[0]!)).toBe(false)
    leave()
    await publish(3n)
    await until(() => membership.members().length === 3)
    expect(changes).toBe(1)
  })

  test('stay the same list under a newer record of the same file', async () => {
    const { open, publish } = await newCluster()
    await publish(1n)
    const membership = await open()
    const before = membership.members()
    await publish(2n)
    await until(() => membership.file()?.sequence === 2n)
    expect(membership.members()).toBe(before)
  })

  test('stay while their record is over, which its end tells', async () => {
    const { open, publish, clock } = await newCluster()
    await publish(1n, undefined, DAY)
    const membership = await open()
    await clock.advance(2 * DAY)
    expect(membership.file()?.validUntil).toBeLessThan(clock.now())
    expect(membership.members()).toHaveLength(3)
  })

  test('are nobody once the operator removes or blocks the entry', async () => {
    const { open, publish, trust } = await newCluster()
    await publish(1n)
    const membership = await open()
    await trust.set('cluster', { trustlevel: 'blocked' })
    await until(() => membership.file() === undefined)
    expect(membership.members()).toEqual([])
  })
})

describe('a look for a newer file', () => {
  test('is one for all who ask at one time, and never fails', async () => {
    const { open, name } = await newCluster()
    const membership = await open()
    const asked: string[] = []
    const wait = Promise.withResolvers<void>()
    membership.fetchBy({
      fetchEntry: async pubkey => {
        asked.push(pubkey)
        await wait.promise
        throw new Error('nobody has it')
      }
    })
    const looks = [membership.refresh(), membership.refresh()]
    wait.resolve()
    await Promise.all(looks)
    await membership.refresh()
    expect(asked).toEqual([name, name])
  })

  test('can be left by its signal alone', async () => {
    const membership = await (await newCluster()).open()
    membership.fetchBy({ fetchEntry: async () => await new Promise(() => {}) })
    const leaving = new AbortController()
    const look = membership.refresh({ signal: leaving.signal })
    leaving.abort(new Error('left'))
    await expect(look).rejects.toThrow('left')
  })

  test('before anybody can look brings nothing', async () => {
    const membership = await (await newCluster()).open()
    await expect(membership.refresh()).resolves.toBeUndefined()
  })
})

describe('a node with a cluster in its config', () => {
  const seed = '/ip4/192.0.2.7/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

  test.each([
    ['seed', 'advanced'],
    ['relay', 'advanced'],
    ['edge', 'trusted']
  ] as const)('as %s gives the members the level %s, and seeds none', async (role, trustlevel) => {
    const { name } = await clusterFile({ key: await keyOf(1), members: [], now: NOW })
    const config = trustAclConfig(localConfig(role, { cluster: { key: name }, seeds: [seed] }))
    expect(config.seeds).toEqual([])
    expect(config.entries).toMatchObject([{ label: 'cluster', pubkey: name, kind: 'file', trustlevel }])
  })

  test('uses the copy that it came with', async () => {
    const key = await keyOf(1)
    const members = await Promise.all([10, 11].map(peerOf))
    const { name, bytes, record } = await clusterFile({ key, members, now: systemClock.now() })
    const folder = await writeFiles({ 'cluster.json': bytes, 'cluster.ipns': record })
    const cluster = { key: name, file: join(folder, 'cluster.json'), record: join(folder, 'cluster.ipns') }
    const seen: PluginContext[] = []
    const watching: Plugin = { create: async context => void seen.push(context) }
    await using local = await startLocalNode('seed', { cluster }, { plugins: { ...allPlugins, watching } })
    const { membership, instance } = seen[0] ?? {}
    await until(() => membership?.members().length === 2)
    expect(membership?.file()).toMatchObject({ sequence: 1n })
    expect(membership?.file()).not.toHaveProperty('fetched')
    expect(instance?.id).toHaveLength(16)
    expect(local.node.config.cluster.key).toBe(name)
  })
})
