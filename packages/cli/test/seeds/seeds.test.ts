import { describe, expect, it } from 'vitest'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { cluster as api } from '@waystone/wire/admin'

type Answer = MessageInitShape<typeof api.CheckSeedsResponseSchema>

const STEERING = '\u001b[2J\nforged'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu

describe('seeds ls', () => {
  const seeds = [
    { peer: 'one', sources: ['dns', 'mdns'], isAdmitted: true, isConnected: true, isHeld: true, standing: 0.5 },
    { addresses: ['/ip4/192.0.2.9/tcp/4001'], sources: ['dns'], error: STEERING }
  ]
  const sources = [{ source: 'dns', target: 'seeds.example.org', found: 2, admitted: 1, refused: 1, error: '' }]
  const listSeeds = ({ page }: api.ListSeedsRequest) =>
    page?.cursor === ''
      ? { seeds: seeds.slice(0, 1), sources, page: { nextCursor: 'more' } }
      : { seeds: seeds.slice(1), sources: [] }

  it('lists seeds of all pages, sources, and what is wrong', async () => {
    const { run } = await nodeAndCommands({}, {}, {}, { cluster: { listSeeds } })
    const { code, stdout } = await run('seeds', 'ls')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^one +dns mdns +yes +yes +yes +0\.50 +- +-$/m)])
    expect(stdout).toMatch(/^\? +dns +no +no +no +- +- +\/ip4\/192.0.2.9\/tcp\/4001$/m)
    expect(stdout).toMatch(/^dns +seeds.example.org +2 +1 +1 +-$/m)
    expect(stdout).toMatch(/^\/ip4\/192.0.2.9\/tcp\/4001: /m)
    expect(stdout).not.toMatch(STEERS)
    const json = jsonLines((await run('seeds', 'ls', '--json')).stdout)
    expect(json).toMatchObject([{ seed: { peer: 'one' } }, { seed: { peer: '' } }, { source: { found: 2 } }])
  })

  it('says that there are none', async () => {
    const { run } = await nodeAndCommands({}, {}, {}, { cluster: { listSeeds: () => ({}) } })
    expect((await run('seeds', 'ls')).stdout).toBe('no seeds are known\n\nno source of addresses is in use\n')
  })
})

describe('seeds check', () => {
  async function checked(...answers: Answer[]) {
    async function* checkSeeds() {
      yield* answers
    }
    const { run } = await nodeAndCommands({}, {}, {}, { cluster: { checkSeeds } })
    return { people: await run('seeds', 'check'), programs: await run('seeds', 'check', '--json') }
  }

  it('prints answers as they come', async () => {
    const { people, programs } = await checked(
      { source: { source: 'dns', target: 'seeds.example.org', found: 2 } },
      { seed: { address: '/ip4/192.0.2.1/tcp/4001', source: 'dns', peer: 'one', result: 'admitted', roundTripMs: 4 } },
      {
        seed: {
          address: '/ip4/192.0.2.2/tcp/4001',
          source: 'dns',
          peer: 'imp',
          result: 'not-admitted',
          error: STEERING
        }
      }
    )
    expect([people.code, people.stdout]).toEqual([0, expect.stringMatching(/^dns seeds.example.org: 2 addresses$/m)])
    expect(people.stdout).toMatch(/^ {2}dns {5}\/ip4\/192.0.2.1\/tcp\/4001 {2}one {2}is a seed, 4 ms$/m)
    expect(people.stdout).toMatch(/imp {2}REFUSED: nobody that this node trusts: /)
    expect(people.stdout).toMatch(/^1 admitted, 1 not-admitted$/m)
    expect(people.stdout).not.toMatch(STEERS)
    expect(jsonLines(programs.stdout)).toMatchObject([
      { source: {} },
      { seed: {} },
      { seed: { result: 'not-admitted' } }
    ])
  })

  it('fails if nobody is a seed', async () => {
    const dead = { seed: { address: '/ip4/192.0.2.1/tcp/4001', result: 'unreachable', error: 'refused' } }
    expect((await checked(dead)).people.code).toBe(1)
    expect((await checked()).people).toMatchObject({ code: 1, stdout: '\nno source gave any address\n' })
    expect((await checked({ seed: { result: 'self' } })).programs.code).toBe(0)
  })
})
