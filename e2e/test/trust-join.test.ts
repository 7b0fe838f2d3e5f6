import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { auditOf, followPeers, heldBy, startMember, trustCommand, writeTrustFile } from '../harness/trust-cluster.ts'
import type { Member, PeerTimes } from '../harness/trust-cluster.ts'

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
  const trust = { entries: [{ label: 'cluster', pubkey: name, trustlevel: 'advanced' }] }
  const edge = await forTest('edge', join(folder, 'edge'), { ...known, trust })
  return { folder, seeds: [first, second, third], edge, publisher, name }
}

async function untilHeld(edge: Member, wanted: Member[], all: Member[]): Promise<void> {
  const same = async (): Promise<true | undefined> => {
    const held = await heldBy(edge, all)
    return held.join() === wanted.map(({ peer }) => peer).join() ? true : undefined
  }
  await poll(same, { what: `the edge to hold ${wanted.length} seeds`, ms: PATIENCE_MS })
}

/** When the edge took the second version of the file, by its own word. */
async function refreshedAt(edge: Member, after: number): Promise<number> {
  const events = (await auditOf(edge)).filter(({ kind, at }) => kind === 'fetched' && at >= after)
  return events[0]?.at ?? Number.NaN
}

async function assertChanged(
  { edge, seeds: [first, second, third] }: World,
  times: PeerTimes,
  at: number
): Promise<void> {
  await untilHeld(edge, [second, third], [first, second, third])
  const events = await auditOf(edge)
  const told = (kind: string, { peer }: Member): number =>
    events.find(event => event.kind === kind && event.subject === peer && event.at >= at)?.at ?? Number.NaN
  // the DHT may have found the third one before
  const held = Math.max(told('joined', third), times.connected.get(third.peer) ?? 0)
  // not held any more, as was polled above; its connection may stay while the DHT has a use for it
  const dropped = told('left', first)
  expect(held - at).toBeLessThanOrEqual(REFRESH_LIMIT_MS)
  expect(dropped - at).toBeLessThanOrEqual(REFRESH_LIMIT_MS)
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
    const { edge, seeds } = world
    const [first, second, third] = seeds
    await untilHeld(edge, [first, second], seeds)
    const times = await watched(edge)
    const began = systemClock.now()
    await publish(world, [second, third])
    const fetched = await trustCommand(edge, 'fetch', 'cluster')
    expect(fetched.code, fetched.stdout + fetched.stderr).toBe(0)
    await assertChanged(world, times, await refreshedAt(edge, began))
  }
)

it(
  'does the same when the publisher is gone and another peer carries the record',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const world = await startWorld('edge')
    const { edge, seeds, publisher } = world
    const [first, second, third] = seeds
    await untilHeld(edge, [first, second], seeds)
    const times = await watched(edge)
    const began = systemClock.now()
    await publish(world, [second, third])
    await publisher.node.stop()
    const fetched = await trustCommand(edge, 'fetch', 'cluster')
    expect(fetched.code, fetched.stdout + fetched.stderr).toBe(0)
    await assertChanged(world, times, await refreshedAt(edge, began))
  }
)
