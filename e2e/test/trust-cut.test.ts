import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { AdminService } from '@waystone/wire/admin'
import { startCommand } from '../harness/command.ts'
import { auditOf, followPeers, startMember, trustCommand } from '../harness/trust-cluster.ts'
import type { RunningCommand } from '../harness/command.ts'
import type { Member, PeerTimes } from '../harness/trust-cluster.ts'

/** How soon what is no longer allowed must have ended, in milliseconds. */
const CUT_LIMIT_MS = 1_000
/** Four processes and as many commands, on a machine that may be busy. */
const TEST_TIMEOUT_MS = 600_000
const PATIENCE_MS = 120_000
/** Reached through its relay and no other way, also later. */
const HIDDEN = { addresses: { listen: [] }, nat: { dcutr: false }, transports: { webrtc: false } }

async function forTest(...args: Parameters<typeof startMember>): Promise<Member> {
  const member = await startMember(...args)
  onTestFinished(() => member.node[Symbol.asyncDispose]())
  return member
}

/** A peer that uses its circuit all the time, and the times at which others came and went for it. */
async function startCaller(
  folder: string,
  target: string
): Promise<{ member: Member; times: PeerTimes; pings: RunningCommand }> {
  const member = await forTest('edge', folder, { nat: { dcutr: false }, transports: { webrtc: false } })
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const times = await followPeers(member, ended.signal)
  const args = ['ping', target, '--data-dir', member.node.dataDir, '--json', '-c', '100000']
  const pings = startCommand({ args })
  onTestFinished(() => pings[Symbol.asyncDispose]())
  await untilMore(pings, 0)
  return { member, times, pings }
}

function countOf(pings: RunningCommand): number {
  return pings
    .output()
    .stdout.split('\n')
    .filter(line => line.includes('"pong"')).length
}

async function untilMore(pings: RunningCommand, than: number): Promise<void> {
  const more = (): true | undefined => (countOf(pings) > than ? true : undefined)
  await poll(more, { what: `more than ${than} pings: ${pings.output().stderr}`, ms: PATIENCE_MS })
}

it(
  'cuts a circuit in use when its peer is blocked on the relay, and no other',
  { timeout: TEST_TIMEOUT_MS },
  async () => {
    const made = await temporaryFolder()
    onTestFinished(() => made[Symbol.asyncDispose]())
    const relay = await forTest('relay', join(made.path, 'relay'))
    const hidden = await forTest('edge', join(made.path, 'hidden'), { ...HIDDEN, relays: [relay.address] })
    const target = `${relay.address}/p2p-circuit/p2p/${hidden.peer}`
    const blocked = await startCaller(join(made.path, 'a'), target)
    const other = await startCaller(join(made.path, 'b'), target)
    const set = await trustCommand(relay, 'set', blocked.member.peer, '--level', 'blocked')
    expect(set.code, set.stderr).toBe(0)
    expect(JSON.parse(set.stdout)).toMatchObject({ entry: { trustlevel: 'blocked' }, closedConnections: 1 })
    const gone = (): number | undefined => blocked.times.disconnected.get(hidden.peer)
    const cutAt = await poll(gone, { what: 'the circuit to be cut', ms: PATIENCE_MS })
    const told = (await auditOf(relay)).find(({ kind }) => kind === 'added' || kind === 'changed')
    expect(cutAt - (told?.at ?? Number.NaN)).toBeLessThanOrEqual(CUT_LIMIT_MS)
    // the other one still carries what was asked after the cut
    await untilMore(other.pings, countOf(other.pings))
    expect(other.times.disconnected.has(hidden.peer)).toBe(false)
    const again = await blocked.member.node.client(AdminService)
    await expect(again.connect({ peer: target })).rejects.toThrow()
  }
)
