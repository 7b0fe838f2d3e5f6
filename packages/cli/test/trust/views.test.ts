import { once } from 'node:events'
import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { until } from '@waystone/kit/testing'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import { fittedTable } from '../../src/trust/fitted-table.ts'
import { formatDistance, formatSpan } from '../../src/trust/times.ts'
import { runInside } from '../run-inside.ts'
import type { trust } from '@waystone/wire/admin'

const PEER = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const STEERING = '\u001b[2J\u001b]0;owned\u0007\nforged line'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu

describe('trust levels', () => {
  it('is the matrix of the running node', async () => {
    const getLevels = () => ({
      levels: ['blocked', 'none', 'ultimate'],
      functions: [{ function: STEERING, description: 'what', allowed: ['ultimate'], overridden: true }]
    })
    const { run } = await nodeAndCommands({}, { getLevels })
    const { stdout, stderr } = await run('trust', 'levels')
    expect(stdout).toMatch(/^function +blocked +none +ultimate +what it allows\n.* \* +- +- +yes +what\n\* changed by/)
    expect([stdout, stderr]).toEqual([expect.not.stringMatching(STEERS), ''])
    expect(jsonLines((await run('trust', 'levels', '--json')).stdout)).toMatchObject([
      { functions: [{ function: STEERING, allowed: ['ultimate'], overridden: true }] }
    ])
  })

  it('is that of a configuration where no node runs', async () => {
    const { run, node } = await nodeAndCommands()
    await node[Symbol.asyncDispose]()
    const { code, stdout, stderr } = await run('trust', 'levels', '--preset', 'relay')
    expect([code, stderr]).toEqual([0, expect.stringContaining('matrix of the configuration')])
    expect(stdout).toMatch(/^offer-relay \* +- +yes +yes/m)
    expect(stdout).toMatch(/^bulk-data-sync +- +- +- +yes/m)
    const [matrix] = jsonLines((await run('trust', 'levels', '--json')).stdout)
    expect(matrix).toMatchObject({ levels: { length: 7 } })
  })
})

describe('trust explain', () => {
  const answer = {
    peer: PEER,
    level: 'blocked',
    ratedLevel: 'marginal',
    rules: [STEERING],
    entries: [{ label: STEERING, level: 'blocked', trustedFunctions: ['admin'], ignored: STEERING }],
    answers: [{ function: 'admin', allow: false, reason: STEERING }]
  }

  it('says what is known, which rules match, and the answers', async () => {
    const asked: object[] = []
    const explain = (request: object) => (asked.push(request), answer)
    const { run } = await nodeAndCommands({}, { explain })
    const { code, stdout } = await run('trust', 'explain', PEER, 'admin')
    expect([code, asked]).toEqual([0, [expect.objectContaining({ peer: PEER, function: 'admin' })]])
    expect(stdout).toMatch(/^12D3\S+ has the level blocked\nrated as marginal by peers\nrule: /)
    expect(stdout).toMatch(/^admin +denied +/m)
    expect(stdout).not.toMatch(STEERS)
    expect(jsonLines((await run('trust', 'explain', PEER, '--json')).stdout)).toMatchObject([answer])
  })

  it('of what is no peer is refused at once', async () => {
    const { run, node } = await nodeAndCommands()
    expect((await run('trust', 'explain', '/ip4/192.0.2.1/tcp/1')).code).toBe(2)
    expect(node.authorizations).toEqual([])
  })

  it('takes the label of a peer, and tells those of others', async () => {
    const asked: object[] = []
    const getEntry = ({ entry }: { entry: string }) => {
      if (entry === 'nobody') throw new ConnectError('no such entry', Code.NotFound)
      return { entry: { kind: entry === 'cluster' ? 'file' : 'peer', pubkey: PEER } }
    }
    const { run } = await nodeAndCommands({}, { explain: request => (asked.push(request), answer), getEntry })
    expect((await run('trust', 'explain', 'laptop')).code).toBe(0)
    expect(asked).toMatchObject([{ peer: PEER }])
    for (const [label, why] of [
      ['nobody', /^PeerArgumentError: "nobody" is no peer/],
      ['cluster', /^PeerArgumentError: "cluster" is a trust file/]
    ] as const)
      expect(await run('trust', 'explain', label)).toMatchObject({ code: 2, stderr: expect.stringMatching(why) })
  })
})

describe('trust audit', () => {
  const event = {
    at: 1_700_000_000_000n,
    kind: 'denied',
    subject: PEER,
    function: 'admin',
    reason: STEERING,
    count: 3n
  }

  it('prints the past, and how often', async () => {
    const asked: trust.AuditRequest[] = []
    async function* audit(request: trust.AuditRequest) {
      asked.push(request)
      yield { event, missed: 0n }
      yield { missed: 2n }
    }
    const { run } = await nodeAndCommands({}, { audit })
    const { code, stdout, stderr } = await run('trust', 'audit', '--limit', '7')
    expect(stdout).toMatch(/^2023-11-14T22:13:20Z denied 12D3\S+ admin: .*\(3 times\)\n$/)
    expect(stdout).not.toMatch(STEERS)
    expect(stderr).toMatch(/^note: 2 events were left out/)
    expect([code, asked]).toMatchObject([0, [{ follow: false, limit: 7 }]])
    expect(jsonLines((await run('trust', 'audit', '--json')).stdout)).toMatchObject([
      { at: 1_700_000_000_000, count: 3 }
    ])
  })

  it('follows until Ctrl-C, and the node hears that nobody reads any more', async () => {
    const gone = Promise.withResolvers<void>()
    async function* audit({ follow }: trust.AuditRequest, { signal }: { signal: AbortSignal }) {
      if (follow) yield { event }
      await once(signal, 'abort')
      gone.resolve()
    }
    const { start } = await nodeAndCommands({}, { audit })
    const command = start('trust', 'audit', '--follow')
    await until(() => command.printed.stdout !== '')
    command.process.kill('SIGINT')
    expect((await command.finished).code).toBe(0)
    await gone.promise
  })

  it.each(['0', '-1', 'many', '1e3'])('refuses --limit %s', async limit => {
    expect((await runInside(['trust', 'audit', '--limit', limit])).code).toBe(2)
  })
})

describe('a table on a narrow terminal', () => {
  const columns = [
    { heading: 'a', cell: (row: string[]) => row[0] ?? '' },
    { heading: 'b', cell: (row: string[]) => row[1] ?? '', spare: 1 },
    { heading: 'c', cell: (row: string[]) => row[2] ?? '', spare: 0 }
  ]
  const rows = [['xxxxxxxx', 'yyyyyyyy', 'zzzzzzzz']]

  it.each([
    [Infinity, 'xxxxxxxx  yyyyyyyy  zzzzzzzz'],
    [28, 'xxxxxxxx  yyyyyyyy  zzzzzzzz'],
    [27, 'xxxxxxxx  yyyyyyyy'],
    [17, 'xxxxxxxx'],
    [7, 'xxxxxx…']
  ])('of %d characters loses whole columns first', (width, line) => {
    expect(fittedTable(columns, rows, width)[1]).toBe(line)
  })
})

it('spans are in their largest unit', () => {
  expect([0, 999, 1_500, 90_000, 7_200_000, 172_800_000].map(formatSpan)).toEqual([
    '0ms',
    '999ms',
    '2s',
    '2m',
    '2h',
    '2d'
  ])
  expect([formatDistance(1_000, 3_000), formatDistance(3_000, 1_000)]).toEqual(['2s ago', 'in 2s'])
})
