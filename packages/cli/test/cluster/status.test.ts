import { describe, expect, it } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { cluster as api } from '@waystone/wire/admin'

type Member = MessageInitShape<typeof api.ClusterMemberSchema>

const NOW = BigInt(Date.parse('2026-01-01T00:00:00Z'))
const STEERING = '\u001b[2J\nforged'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu

const SELF: Member = { peer: 'self-id', label: 'seed-1', isSelf: true, version: '1.0.0', fileSequence: 7n, records: 5n }
const OTHER: Member = {
  peer: 'other-id',
  label: 'seed-2',
  isConnected: true,
  version: '1.0.0',
  fileSequence: 7n,
  records: 5n,
  registryDigest: Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4),
  clockOffsetMs: -1500n,
  roundTripMs: 3,
  heardAt: NOW,
  lagMs: 4_000n,
  connectedMembers: 1
}

async function withCluster(members: Member[], answers: Member[] = members, state = 'joined') {
  const getCluster = () => ({ name: 'garden', key: 'k51', state, self: 'self-id', fileSequence: 7n, members })
  async function* checkMembers() {
    for (const member of answers) yield { member }
  }
  return await nodeAndCommands({}, {}, {}, { cluster: { getCluster, checkMembers } })
}

describe('cluster status', () => {
  it('shows each member, and is well if all agree', async () => {
    const { run } = await withCluster([SELF, OTHER])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^state +joined: /m)])
    expect(stdout).toMatch(/^seed-1 +self-id +itself +1.0.0 +7 +5 +- +- +- +- +- +0$/m)
    expect(stdout).toMatch(/^seed-2 +other-id +yes +1.0.0 +7 +5 +deadbeef +4s +-2s +\d+d ago +3 ms +1$/m)
    expect(stdout).toMatch(/^2 of 2 members can be reached, and they agree$/m)
  })

  it('fails where somebody cannot be reached', async () => {
    const { run } = await withCluster([SELF, { peer: 'x', label: 'seed-3', error: STEERING }], [])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^seed-3 cannot be reached: /m)])
    expect(stdout).toMatch(/^seed-3 +x +no +- +- +- +- +- +- +- +- +-$/m)
    expect(stdout).not.toMatch(STEERS)
    expect(stdout).toContain('1 of 2 members can be reached')
  })

  it('is well although some members do not run, and says how many', async () => {
    const free: Member = { peer: 'x', label: 'slot-3', state: 'not-running', error: 'nobody has said yet where it is' }
    const { run } = await withCluster([SELF, OTHER, free])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^slot-3 +x +not running +-/m)])
    expect(stdout).toMatch(/^2 of 2 members can be reached, and they agree; 1 more is not running$/m)
    expect(stdout).not.toContain('cannot be reached')
    const json = jsonLines((await run('cluster', 'status', '--json')).stdout)
    expect(json[0]).toMatchObject({ isWell: true, members: [{}, {}, { state: 'not-running' }] })
  })

  it('fails from outside while nobody runs', async () => {
    const { run } = await withCluster([{ peer: 'x', label: 'seed-1', state: 'not-running' }], [], 'not-a-member')
    expect(await run('cluster', 'status')).toMatchObject({ code: 1 })
  })

  it('fails where somebody is connected and does not answer', async () => {
    const { run } = await withCluster([SELF, { ...OTHER, state: 'silent', error: 'too late' }])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^seed-2 does not answer: too late$/m)])
    expect(stdout).toMatch(/^seed-2 +other-id +no answer /m)
  })

  it('fails where somebody disagrees, also as JSON', async () => {
    const stale = { ...OTHER, disagreements: ['its trust file is older (4, newest 7)'] }
    const { run } = await withCluster([SELF, OTHER], [stale])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^seed-2: its trust file is older \(4, newest 7\)$/m)])
    const json = await run('cluster', 'status', '--json')
    expect([json.code, jsonLines(json.stdout)]).toMatchObject([
      1,
      [
        {
          name: 'garden',
          isWell: false,
          members: [{ isSelf: true }, { registryDigest: 'deadbeef01020304', clockOffsetMs: -1500, lagMs: 4_000 }]
        }
      ]
    ])
  })

  it('counts nobody who cannot be reached among those that disagree', async () => {
    const gone = { ...OTHER, peer: 'x', label: 'seed-3', isConnected: false, state: 'unreachable' }
    const stale = { disagreements: ['its trust file is older (4, newest 7)'] }
    const { run } = await withCluster([SELF, OTHER, { ...gone, ...stale }, { ...OTHER, ...stale, state: 'silent' }])
    const { code, stdout } = await run('cluster', 'status')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^1 of 3 members can be reached, and they agree$/m)])
  })

  it.each(['no-file', 'revoked'])('fails in the state %s', async state => {
    const { run } = await withCluster([SELF], [SELF], state)
    expect(await run('cluster', 'status')).toMatchObject({ code: 1, stdout: expect.stringContaining(`${state}: `) })
  })

  it('a seed that is the only member is well', async () => {
    const { run } = await withCluster([SELF], [SELF], 'alone')
    expect(await run('cluster', 'status')).toMatchObject({ code: 0 })
  })

  it('from outside says that members do not tell what they hold', async () => {
    const { run } = await withCluster([{ peer: 'x', label: 'seed-1', isConnected: true }], undefined, 'not-a-member')
    const text = '1 of 1 members can be reached, and say what they hold to members only'
    expect(await run('cluster', 'status')).toMatchObject({ code: 0, stdout: expect.stringContaining(text) })
  })

  it('--watch goes on until Ctrl-C, which is no failure', async () => {
    const { start } = await withCluster([SELF, OTHER])
    const { process: child, printed, finished } = start('cluster', 'status', '--watch', '--json')
    await poll(() => (printed.stdout.includes('\n') ? true : undefined), { what: 'the first look' })
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    expect(jsonLines(printed.stdout)[0]).toMatchObject({ isWell: true })
  })

  it('says that a node is in no cluster', async () => {
    const { run } = await withCluster([], [], 'none')
    expect(await run('cluster', 'status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^NoClusterError: this node belongs to no cluster\nhint: .*cluster init/m)
    })
  })
})
