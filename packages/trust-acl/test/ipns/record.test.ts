import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { createIPNSRecordWithExpiration, marshalIPNSRecord } from 'ipns'
import { describe, expect, it } from 'vitest'
import { MAX_TTL_MS } from '../../src/ipns/constants.ts'
import { parseIpnsName } from '../../src/ipns/name.ts'
import { nameInRecord, newerOf, readRecord, verifyRecord } from '../../src/ipns/record.ts'
import { parseIpnsValue } from '../../src/ipns/value.ts'
import { cborMap } from '../cbor.ts'
import { DAY, NOW, testName } from '../records.ts'

const HOUR = 3_600_000
const YEAR = 365 * DAY

async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: Error) => error.name
  )
}

describe('a record', () => {
  it('is read with its value, sequence and end', async () => {
    const { name, sign } = await testName(1)
    const record = await verifyRecord(name, await sign({ sequence: 7n, lifetime: 2 * DAY, ttl: 2 * DAY }), NOW)
    expect(record).toMatchObject({ sequence: 7n, validUntil: NOW + 2 * DAY, ttl: 2 * DAY })
    expect(record.value).toMatch(/^\/ipfs\/baf/)
  })

  it('has a TTL of at least 24 hours and at most two years', async () => {
    const { name, sign } = await testName(1)
    expect((await readRecord(name, await sign({ ttl: HOUR }))).ttl).toBe(DAY)
    expect((await readRecord(name, await sign({ ttl: 100 * YEAR }))).ttl).toBe(MAX_TTL_MS)
  })

  it('is refused a minute after its end and not before, as clocks differ', async () => {
    const { name, sign } = await testName(1)
    const bytes = await sign({ lifetime: HOUR })
    await expect(verifyRecord(name, bytes, NOW + HOUR + 59_999)).resolves.toBeDefined()
    expect(await refusal(verifyRecord(name, bytes, NOW + HOUR + 60_000))).toBe('IpnsRecordExpiredError')
  })

  it('is refused when it is signed by another key, or of another name', async () => {
    const [mine, other] = [await testName(1), await testName(2)]
    expect(await refusal(verifyRecord(mine.name, await other.sign(), NOW))).toBe('IpnsNameMismatchError')
    // without a public key in it nothing tells whose it is
    const bare = await createIPNSRecordWithExpiration(
      other.key,
      '/ipfs/bafkqaaa',
      1,
      '2030-01-01T00:00:00.000000000Z',
      {
        v1Compatible: false
      }
    )
    expect(await refusal(verifyRecord(mine.name, marshalIPNSRecord(bare), NOW))).toBe('IpnsSignatureError')
  })

  it('with one bit changed is refused, or says the same: what is signed cannot change', async () => {
    const { name, sign } = await testName(1)
    const bytes = await sign()
    const { record: _bytes, ...same } = await verifyRecord(name, bytes, NOW)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length * 8 - 1 }), async bit => {
        const changed = Uint8Array.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const result = await verifyRecord(name, changed, NOW).catch((error: Error) => error)
        if (result instanceof Error) expect(result.name).toMatch(/^Ipns\w+Error$/)
        else expect(result).toMatchObject(same)
      })
    )
  })

  it('may not be longer than 10 KiB', async () => {
    const { name } = await testName(1)
    expect(await refusal(readRecord(name, new Uint8Array(10_241)))).toBe('IpnsRecordTooLargeError')
    expect(await refusal(nameInRecord(new Uint8Array(10_241)))).toBe('IpnsRecordTooLargeError')
  })

  it('says of which name it is', async () => {
    const { name, sign } = await testName(1)
    expect((await nameInRecord(await sign()))?.text).toBe(name.text)
  })

  it('of whatever bytes: only named errors', async () => {
    const { name } = await testName(1)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 512 }), async bytes => {
        expect(await refusal(verifyRecord(name, bytes, NOW))).toMatch(/^Ipns\w+Error$/)
        expect(await refusal(nameInRecord(bytes))).toMatch(/^Ipns\w+Error$/)
      })
    )
  })

  it.each([
    ['nothing wrong', {}, 'none'],
    ['no time', { Validity: text('soon') }],
    ['a time that only Date can read', { Validity: text('Jan 1 2030') }],
    ['a negative sequence', { Sequence: -1 }],
    ['half a sequence', { Sequence: 1.5 }],
    ['a sequence of text', { Sequence: 'x' }],
    ['a TTL of text', { TTL: 'x' }],
    ['no value', { Value: undefined }],
    ['a number as its value', { Value: 5 }],
    ['another validity type', { ValidityType: 1 }]
  ])('that is signed, with %s', async (_what, fields, expected = 'refused') => {
    const { key, name } = await testName(1)
    const valid = { Value: text('/ipfs/bafkqaaa'), Validity: text('2030-01-01T00:00:00.000000000Z') }
    const data = cborMap({ ...valid, ValidityType: 0, Sequence: 1, TTL: 1, ...fields })
    const signatureV2 = await key.sign(Uint8Array.from([...text('ipns-signature:'), ...data]))
    const record = marshalIPNSRecord({ signatureV2, data } as Parameters<typeof marshalIPNSRecord>[0])
    const pattern = expected === 'none' ? /^none$/ : /^Ipns(RecordInvalid|Value)Error$/
    expect(await refusal(verifyRecord(name, record, NOW))).toMatch(pattern)
  })

  it('wins over another by sequence, then by its end', async () => {
    const { name, sign } = await testName(1)
    const read = async (sequence: bigint, lifetime: number) =>
      await readRecord(name, await sign({ sequence, lifetime }))
    const [old, newer, longer] = [await read(1n, YEAR), await read(2n, HOUR), await read(2n, DAY)]
    expect(await newerOf(name, old, newer)).toBe(newer)
    expect(await newerOf(name, newer, old)).toBe(newer)
    expect(await newerOf(name, newer, longer)).toBe(longer)
    expect(await newerOf(name, longer, newer)).toBe(longer)
  })
})

// https://specs.ipfs.tech/ipns/ipns-record/#test-vectors, as files of ipfs/js-ipns (Apache-2.0 OR MIT)
describe('the test vectors of the specification', () => {
  const folder = new URL('vectors/', import.meta.url)
  const expected: Record<string, string> = {
    v1: 'IpnsSignatureError',
    'v1-v2': 'none',
    'v1-v2-broken-v1-value': 'IpnsSignatureError',
    'v1-v2-broken-signature-v2': 'IpnsSignatureError',
    'v1-v2-broken-signature-v1': 'none',
    v2: 'none'
  }
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.ipns-record'))
    .map(file => [file.split(/[_.]/)[1] ?? '', file] as const)

  it('are all here', () => expect(files.map(([kind]) => kind).sort()).toEqual(Object.keys(expected).sort()))

  it.each(files)('%s', async (kind, file) => {
    const bytes = readFileSync(new URL(file, folder))
    expect(await refusal(readRecord(parseIpnsName(file.split('_')[0] ?? ''), bytes))).toBe(expected[kind])
  })
})

// see the README there
describe('what kubo signs', () => {
  const folder = new URL('vectors/kubo/', import.meta.url)
  const files = readdirSync(folder).filter(file => file.endsWith('.ipns-record'))

  it.each(files)('%s', async file => {
    const record = await readRecord(parseIpnsName(file.split('.')[0] ?? ''), readFileSync(new URL(file, folder)))
    expect(record.value).toMatch(/^\/ip[fn]s\//)
    expect(record.validUntil).toBeGreaterThan(NOW)
  })
})

describe('a name', () => {
  it('is read in every text form, and written in one', async () => {
    const { key, name } = await testName(1)
    const peer = key.publicKey.toString()
    const forms = [name.text, `/ipns/${name.text}`, peer, key.publicKey.toCID().toString()]
    expect(forms.map(form => parseIpnsName(form).text)).toEqual(forms.map(() => name.text))
    expect(name.text).toMatch(/^k51qzi5uqu5d/)
  })

  it('of whatever text: a name or a named error', () => {
    fc.assert(
      fc.property(fc.string(), word => {
        try {
          parseIpnsName(word)
        } catch (error) {
          expect((error as Error).name).toBe('IpnsNameInvalidError')
        }
      })
    )
    expect(() => parseIpnsName('k'.repeat(10_000))).toThrow('no IPNS name')
    expect(() => parseIpnsName('bafkqaaa')).toThrow('no IPNS name')
  })
})

describe('a value', () => {
  it('leads to content or to a name, with a path', async () => {
    const { name } = await testName(1)
    expect(parseIpnsValue('/ipfs/bafkqaaa/a//b')).toMatchObject({ kind: 'ipfs', path: 'a/b' })
    expect(parseIpnsValue(`/ipns/${name.text}`)).toMatchObject({ kind: 'ipns', name: { text: name.text }, path: '' })
    expect(parseIpnsValue('/ipfs/QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n')).toMatchObject({ kind: 'ipfs' })
  })

  it.each([
    '',
    '/',
    '/ipfs',
    '/ipfs/',
    'ipfs/bafkqaaa',
    '/ipld/bafkqaaa',
    '/ipns/example.org',
    '/ipfs/..',
    `/ipfs/bafkqaaa/${'a'.repeat(1_100)}`
  ])('of %j is refused', value => expect(() => parseIpnsValue(value)).toThrow('a record points to'))
})

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
