import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import {
  auditOf,
  dialledBy,
  followPeers,
  heldBy,
  startMember,
  trustCommand,
  writeTrustFile
} from '../harness/trust-cluster.ts'
import type { AuditLine, Member, PeerTimes } from '../harness/trust-cluster.ts'

/** How soon after a refresh the node must hold who is new and drop who is gone, in milliseconds. */
const REFRESH_LIMIT_MS = 5_000
/** Until a whole network has done something: a busy machine needs its time, which is not measured. */
const PATIENCE_MS = 120_000
/** Five or six processes and as many commands, on a machine that may be busy. */
const TEST_TIMEOUT_MS = 600_000

interface World {
  folder: string
  /** Those of the trust files, which all know the second. */
  seeds: [Member, Member, Member]
  edge: Member
  /** Signs for the cluster. */
  publisher: Member
  name: string
}

async function forTest(...args: Parameters<typeof startMember>): Promise<Member> {
  const member = await startMember(...args)
  onTestFinished(() => member.node[Symbol.asyncDispose]())
  return member
}

async function publish({ folder, publisher }: Pick<World, 'folder' | 'publisher'>, members: Member[]): Promise<string> {
  const file = await writeTrustFile(join(folder, 'cluster.json'), members)
  const { code, stdout, stderr } = await trustCommand(publisher, 'publish', file, '--key', 'cluster')
  expect(code, stdout + stderr).toBe(0)
  return (JSON.parse(stdout) as { name: string }).name
}

/**
 * Three seeds, of which the cluster's trust file names the first two, and an edge that knows the name of that file
 * and one address.
 */
async function startWorld(publisherRole: 'second seed' | 'edge'): Promise<World> {
  const made = await temporaryFolder()
  onTestFinished(() => made[Symbol.asyncDispose]())
  const folder = made.path
  const carries = { trust: { matrix: { 'redistribute-ipns': 'none' } } }
  const second = await forTest('seed', join(folder, 's2'), carries)
  const known = { seeds: [second.address] }
  const first = await forTest('seed', join(folder, 's1'), known)
  const third = await forTest('seed', join(folder, 's3'), known)
  const publisher = publisherRole === 'edge' ? await forTest('edge', join(folder, 'publisher'), known) : second
  const name = await publish({ folder, publisher }, [first, second])
  const edge = await startFollower(join(folder, 'edge'), second, name)
  return { folder, seeds: [first, second, third], edge, publisher, name }
}

/** An edge that knows the name of the trust file and one address. */
async function startFollower(dataDir: string, { address }: Member, name: string): Promise<Member> {
  const trust = { entries: [{ label: 'cluster', pubkey: name, trustlevel: 'advanced' }] }
  return await forTest('edge', dataDir, { seeds: [address], trust })
}

async function untilHeld(edge: Member, wanted: Member[], all: Member[]): Promise<void> {
  const same = async (): Promise<true | undefined> => {
    const held = await heldBy(edge, all)
    return held.join() === wanted.map(({ peer }) => peer).join() ? true : undefined
  }
  await poll(same, { what: `the edge to hold ${wanted.length} seeds`, ms: PATIENCE_MS })
}

/** That an edge took a version of the file, by its own word. */
async function fetchedBy(edge: Member, sequence: number): Promise<AuditLine> {
  const events = await auditOf(edge)
  const event = events.find(({ kind, reason }) => kind === 'fetched' && reason.startsWith(`sequence ${sequence} `))
  if (event === undefined) throw new Error(`version ${sequence} was not fetched: ${JSON.stringify(events)}`)
  return event
}

async function assertChanged({ edge, seeds: [first, second, third] }: World, times: PeerTimes): Promise<void> {
  const { at, reason } = await fetchedBy(edge, 1)
  // from a peer, by one of the ways between peers
  expect(reason).toMatch(/ over (dht|rpc)$/)
  await untilHeld(edge, [second, third], [first, second, third])
  await poll(() => times.disconnected.get(first.peer), { what: 'the first seed to be dropped', ms: PATIENCE_MS })
  const events = await auditOf(edge)
  const told = (kind: string, { peer }: Member): number =>
    events.find(event => event.kind === kind && event.subject === peer && event.at >= at)?.at ?? Number.NaN
  // the DHT may have found the third one before
  const held = Math.max(told('joined', third), times.connected.get(third.peer) ?? 0)
  const dropped = Math.max(told('left', first), told('closed', first), times.disconnected.get(first.peer) ?? Number.NaN)
  expect(held - at).toBeLessThanOrEqual(REFRESH_LIMIT_MS)
  expect(dropped - at).toBeLessThanOrEqual(REFRESH_LIMIT_MS)
  expect(told('closed', second)).toBeNaN()
  expect(await dialledBy(edge)).not.toContain(first.peer)
}

/** Publishes the next version, and lets the edge follow it. */
async function republish(world: World, beforeFetch: () => Promise<void>): Promise<void> {
  const { edge, seeds } = world
  const [first, second, third] = seeds
  await untilHeld(edge, [first, second], seeds)
  const times = await watched(edge)
  await publish(world, [second, third])
  await beforeFetch()
  const fetched = await trustCommand(edge, 'fetch', 'cluster')
  expect(fetched.code, fetched.stdout + fetched.stderr).toBe(0)
  await assertChanged(world, times)
}

async function watched(edge: Member): Promise<PeerTimes> {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  return await followPeers(edge, ended.signal)
}

it(
  'joins by the name of a trust file and one address, and follows the next version of the file',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const world = await startWorld('second seed')
    await republish(world, async () => {})
    // what it was told is still there for the operator
    expect((await fetchedBy(world.edge, 0)).reason).toMatch(/ over (dht|rpc)$/)
  }
)

it(
  'does the same when the publisher is gone and another peer carries the record, and a new edge joins by it',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const world = await startWorld('edge')
    const { folder, seeds, publisher, name } = world
    const [, second, third] = seeds
    await republish(world, async () => void (await publisher.node.stop()))
    // from now on nobody is asked who was there when the publisher was
    await world.edge.node.stop()
    const late = await startFollower(join(folder, 'late'), second, name)
    await untilHeld(late, [second, third], seeds)
    expect((await fetchedBy(late, 1)).reason).toMatch(/ over (dht|rpc)$/)
  }
)
