import { create, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { CapabilitySchema, RecordSchema, RelayAdvertSchema, SignedRecordSchema } from '@waystone/wire/registry'
import { jsonLines, nodeAndCommands } from '../admin/run-waystone.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { registry as api } from '@waystone/wire/admin'
import type { SignedRecord } from '@waystone/wire/registry'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const STEERING = '\u001b[2J\nforged'
const STEERS = /\p{Cc}(?<!\n)|^forged/mu
const IN_AN_HOUR = 2n ** 42n

function signed(fields: MessageInitShape<typeof RecordSchema>): SignedRecord {
  const peer = peerIdFromString(PEER).toMultihash().bytes
  const record = create(RecordSchema, { peer, sequence: 3n, expiry: IN_AN_HOUR, ...fields })
  return create(SignedRecordSchema, { record: toBinary(RecordSchema, record) })
}

const RELAY = signed({
  kind: 'relay-advert',
  payload: toBinary(RelayAdvertSchema, create(RelayAdvertSchema, { addresses: ['/ip4/192.0.2.1'], region: STEERING }))
})

async function withRegistry(more: Parameters<typeof nodeAndCommands>[3]) {
  return await nodeAndCommands({}, {}, {}, more)
}

describe('registry ls', () => {
  it('lists kinds with what they can be asked for', async () => {
    const fields = [
      { name: 'free', type: 'number' },
      { name: 'address', type: 'text', isList: true }
    ]
    const listKinds = () => ({ kinds: [{ kind: 'relay-advert', fields, records: 7n }], digest: Uint8Array.of(0xab, 1) })
    const { run } = await withRegistry({ registry: { listKinds } })
    const { code, stdout } = await run('registry', 'ls')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^relay-advert +7 +free \(number\), address \(text list\)$/m)
    ])
    expect(stdout).toMatch(/^registry of this node, digest ab01$/m)
    expect(jsonLines((await run('registry', 'ls', '--json')).stdout)).toMatchObject([
      { digest: 'ab01', kinds: [{ records: 7 }] }
    ])
  })
})

describe('registry query', () => {
  async function queried(answers: MessageInitShape<typeof api.RegistryAdminServiceQueryResponseSchema>[]) {
    const seen: api.RegistryAdminServiceQueryRequest[] = []
    const query = (request: api.RegistryAdminServiceQueryRequest) => {
      seen.push(request)
      return answers[seen.length - 1] ?? answers.at(-1) ?? {}
    }
    return { seen, ...(await withRegistry({ registry: { query } })) }
  }

  it('prints payloads by their kind', async () => {
    const capability = create(CapabilitySchema, {
      name: 'x/v2',
      numbers: { 'gpu-memory': 24 },
      texts: { gpu: 'a' },
      slots: 2
    })
    const payload = toBinary(CapabilitySchema, capability)
    const records = [
      RELAY,
      signed({ kind: 'capability', key: 'x/v2', payload }),
      signed({ kind: 'own', payload: Uint8Array.of(255) })
    ]
    const { run } = await queried([{ answer: { records } }])
    const { code, stdout } = await run('registry', 'query', 'relay-advert')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^relay-advert {2}12D3KooW\w+ {2}sequence 3, expires in \d+d\n {2}addresses: \/ip4\/192.0.2.1\n {2}region: /
      )
    ])
    expect(stdout).toMatch(
      /^capability {2}12D3KooW\w+ {2}x\/v2 {2}sequence 3, .*\n {2}name: x\/v2\n {2}slots: 2\n {2}busy-slots: 0\n {2}free-slots: 2\n {2}numbers\.gpu-memory: 24\n {2}texts\.gpu: a$/m
    )
    expect(stdout).toMatch(/^ {2}bytes: ff$/m)
    expect(stdout).not.toMatch(STEERS)
    const json = jsonLines((await run('registry', 'query', 'x', '--json')).stdout)
    expect(json).toMatchObject([
      { kind: 'relay-advert', peer: PEER, sequence: 3, payload: { addresses: ['/ip4/192.0.2.1'] } },
      { key: 'x/v2', payload: { numbers: { 'gpu-memory': 24 } } },
      { payload: 'ff' }
    ])
  })

  it('names fields as filters do, and leaves out no zero', async () => {
    const advert = create(RelayAdvertSchema, { maxReservations: 4, reservations: 4, region: 'eu' })
    const { run } = await queried([
      { answer: { records: [signed({ kind: 'relay-advert', payload: toBinary(RelayAdvertSchema, advert) })] } }
    ])
    const { stdout } = await run('registry', 'query', 'relay-advert')
    expect(stdout.split('\n').slice(1, -1)).toEqual([
      '  region: eu',
      '  max-reservations: 4',
      '  reservations: 4',
      '  free: 0',
      '  circuit-bytes: 0',
      '  circuit-seconds: 0'
    ])
    const [shown] = jsonLines((await run('registry', 'query', 'relay-advert', '--json')).stdout)
    expect(shown).toMatchObject({
      fields: { region: 'eu', 'max-reservations': 4, free: 0, version: '', transport: [] },
      payload: { maxReservations: 4 }
    })
  })

  it('takes as many as are wanted, page by page, and says that there are more', async () => {
    const page = { records: Array.from({ length: 200 }, () => RELAY), page: { nextCursor: 'on' } }
    const { run, seen } = await queried([{ answer: page, disagreements: ['one is behind'] }])
    const { stdout, stderr } = await run('registry', 'query', 'relay-advert', '--limit', '250', '--json')
    expect([jsonLines(stdout).length, seen.map(({ query }) => query?.page?.size)]).toEqual([250, [200, 50]])
    expect(stderr).toBe('note: one is behind\nnote: there are more: see --limit and --all\n')
  })

  it('--all ends with the last page, and with one that never ends', async () => {
    const more = { answer: { records: [RELAY], page: { nextCursor: 'on' } } }
    const { run } = await queried([more, { answer: { records: [RELAY] } }])
    expect(jsonLines((await run('registry', 'query', 'relay-advert', '--all', '--json')).stdout)).toHaveLength(2)
    const endless = await queried([more, { answer: { page: { nextCursor: 'on' } } }])
    expect((await endless.run('registry', 'query', 'relay-advert', '--all')).code).toBe(0)
    expect(endless.seen).toHaveLength(2)
  })

  it('reads the filter, also as several words', async () => {
    const { run, seen } = await queried([{}])
    const { stdout } = await run('registry', 'query', 'relay-advert', 'free', '>', '0')
    expect(stdout).toBe('no records match\n')
    expect(seen[0]?.query?.filter?.filter).toMatchObject({ case: 'compare', value: { field: 'free' } })
  })

  it('refuses a filter that is none, before any node is asked', async () => {
    const { run, seen } = await queried([{}])
    const { code, stderr } = await run('registry', 'query', 'relay-advert', 'free >')
    expect([code, stderr, seen]).toEqual([2, expect.stringMatching(/^Filter\w*Error: the filter: [^]*hint: /), []])
  })
})

describe('registry watch', () => {
  it('goes on where it was when the node ends and comes back', async () => {
    const resumes: string[] = []
    async function* watch({ watch: wanted }: api.RegistryAdminServiceWatchRequest) {
      resumes.push(wanted?.resume ?? '')
      if (resumes.length === 1) {
        yield { change: { change: { case: 'put', value: RELAY }, resume: 'a' } } as const
        yield { change: { change: { case: 'current', value: true }, resume: 'b' } } as const
        return
      }
      if (resumes.length === 2) throw new ConnectError('gone', Code.Unavailable)
      const gone = { kind: 'relay-advert', peer: peerIdFromString(PEER).toMultihash().bytes, key: '' }
      yield { change: { change: { case: 'gone', value: gone }, resume: 'c' } } as const
      await new Promise(() => {})
    }
    const { start } = await withRegistry({ registry: { watch } })
    const { process: child, printed, finished } = start('registry', 'watch', 'relay-advert', '--json')
    await poll(() => (printed.stdout.includes('"gone"') ? true : undefined), { what: 'the change' })
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    expect(jsonLines(printed.stdout)).toMatchObject([
      { change: 'put', record: { peer: PEER } },
      { change: 'current' },
      { change: 'gone', name: { kind: 'relay-advert', peer: PEER } }
    ])
    expect(resumes).toEqual(['', 'b', 'b'])
  })

  it('ends with what the node refuses', async () => {
    // oxlint-disable-next-line require-yield
    async function* watch(): AsyncGenerator<never> {
      throw new ConnectError('no such kind', Code.InvalidArgument)
    }
    const { run } = await withRegistry({ registry: { watch } })
    expect(await run('registry', 'watch', 'nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no such kind')
    })
  })
})
