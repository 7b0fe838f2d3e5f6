import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, test } from 'vitest'
import { MAX_TRUST_FILE_BYTES, MAX_TRUST_FILE_NODES } from '../../src/trust-file/constants.ts'
import { checkTrustFileSize, parseTrustFile } from '../../src/trust-file/parse-trust-file.ts'
import { fileOf, newPeer, parseText, refusalOf } from './trust-files.ts'

const peers = await Promise.all([newPeer(), newPeer(), newPeer()])
const [a, b, relay] = peers.map(String)

describe('what may be left out', () => {
  test('has the values of the document', () => {
    expect(parseText(fileOf({ pubkey: a }))).toEqual({
      description: 'Seeds',
      contact: [],
      entities: [
        {
          entity: 'default',
          nodes: [{ label: 'node', peer: a, contact: [], remotes: [], remotesStrict: true }]
        }
      ]
    })
  })
})

describe('a pubkey', () => {
  test.each(['Ed25519', 'secp256k1'] as const)('of type %s is normalised from every text form', async type => {
    const peer = await newPeer(type)
    const cid = peer.toCID()
    const forms = [peer.toString(), cid.toString(base36), cid.toString(base32), cid.toString(base58btc)]
    for (const pubkey of forms) {
      expect(parseText(fileOf({ pubkey })).entities[0]?.nodes[0]?.peer).toBe(peer.toString())
    }
  })

  test('just outside the ids of Ed25519 keys is refused, though it has their length', () => {
    const id = (prefix: number[], fill: number): string =>
      base58btc.baseEncode(Uint8Array.of(...prefix, ...new Uint8Array(32).fill(fill)))
    for (const pubkey of [id([0, 0x24, 8, 1, 0x12, 0x1f], 0xff), id([0, 0x24, 8, 1, 0x12, 0x21], 0)]) {
      expect(pubkey).toHaveLength(52)
      expect(refusalOf(fileOf({ pubkey })).name).toBe('TrustFilePubkeyError')
    }
    for (const fill of [0, 0xff]) {
      const pubkey = id([0, 0x24, 8, 1, 0x12, 0x20], fill)
      expect(parseText(fileOf({ pubkey })).entities[0]?.nodes[0]?.peer).toBe(pubkey)
    }
  })
})

describe('remotes', () => {
  test('lose the id of the node itself, keep that of a relay, and repeats', () => {
    const direct = '/ip4/192.0.2.7/tcp/4001'
    const circuit = `/ip4/192.0.2.9/tcp/4001/p2p/${relay}/p2p-circuit`
    const remotes = [
      direct,
      `${direct}/p2p/${a}`,
      `${direct}/p2p/${peers[0].toCID().toString()}`,
      circuit,
      `${circuit}/p2p/${a}`
    ]
    const file = parseText(fileOf({ pubkey: a, remotes }))
    expect(file.entities[0]?.nodes[0]?.remotes).toEqual([direct, circuit])
  })
})

describe('an error', () => {
  test('says where a value is', () => {
    const text = `{\n  "description": "",\n  "contact": [],\n  "entities": [\n    { "nodes": [{ "pubkey": 7 }] }, { "nodes": [] }\n  ]\n}`
    const { place, message } = refusalOf(text)
    expect(place).toEqual({ path: 'entities[0].nodes[0].pubkey', line: 5, column: 29 })
    expect(message).toBe('entities[0].nodes[0].pubkey (line 5, column 29) must be a text')
  })

  test('says where a value is missing: in the object around it', () => {
    expect(refusalOf(`{"description":"","contact":[],\n"entities":[{"nodes":[{}]}]}`)).toMatchObject({
      message: 'entities[0].nodes[0].pubkey (line 2, column 23) is missing'
    })
  })

  test('names the key that was probably meant', () => {
    const { hint, place } = refusalOf(fileOf({ pubkey: a, remote: [] }))
    expect(hint).toContain('did you mean remotes?')
    expect(place?.path).toBe('entities[0].nodes[0].remote')
  })

  test('says where the second of two keys is', () => {
    expect(refusalOf('{"description":"",\n "description":""}').place).toEqual({
      path: 'description',
      line: 2,
      column: 2
    })
  })

  test('says where the remote is that points to somebody else', () => {
    const { place } = refusalOf(
      fileOf({ pubkey: a }, { pubkey: b, remotes: ['/ip4/192.0.2.7/tcp/1', `/ip4/192.0.2.7/tcp/1/p2p/${a}`] })
    )
    expect(place?.path).toBe('entities[0].nodes[1].remotes[1]')
  })

  test('shows little of a long key', () => {
    expect(refusalOf(`{"${'x'.repeat(100_000)}":1}`).message.length).toBeLessThan(200)
  })
})

describe('a file that is too much', () => {
  test('is refused by its length alone, of which nothing is touched', () => {
    const claim = { byteLength: 2 ** 31 } as Uint8Array
    expect(() => parseTrustFile(claim)).toThrow('2147483648 bytes')
    for (const length of [2 ** 31, 2n ** 63n, MAX_TRUST_FILE_BYTES + 1, -1, Number.NaN]) {
      expect(() => checkTrustFileSize(length)).toThrow(expect.objectContaining({ name: 'TrustFileTooLargeError' }))
    }
    expect(() => checkTrustFileSize(MAX_TRUST_FILE_BYTES)).not.toThrow()
  })

  test.each(['[', '{"a":'])('is refused at the ninth level, however many follow: %s', opening => {
    const count = Math.floor(MAX_TRUST_FILE_BYTES / opening.length)
    const { name, place } = refusalOf(opening.repeat(count))
    expect(name).toBe('TrustFileTooDeepError')
    expect(place?.column).toBe(8 * opening.length + 1)
    expect(refusalOf('['.repeat(1_000_000)).name).toBe('TrustFileTooDeepError')
  })

  test('is refused for one node too many in all entities together', () => {
    const nodes = (count: number): string => Array.from({ length: count }, () => `{"pubkey":"${a}"}`).join()
    const half = MAX_TRUST_FILE_NODES / 2
    const text = (count: number): string =>
      `{"description":"","contact":[],"entities":[{"nodes":[${nodes(half)}]},{"nodes":[${nodes(count)}]}]}`
    expect(parseText(text(half)).entities).toHaveLength(2)
    expect(refusalOf(text(half + 1))).toMatchObject({ name: 'TrustFileTooLargeError' })
  })

  test('of one endless text, number or space is refused as any other', () => {
    const length = MAX_TRUST_FILE_BYTES - 100
    const texts = ['a'.repeat(length), '\\n'.repeat(length / 2), '\\u0041'.repeat(Math.floor(length / 6))]
    for (const text of texts) expect(refusalOf(`{"description":"${text}"}`).name).toBe('TrustFileFieldError')
    expect(refusalOf(`{"description":${'9'.repeat(length)}}`).name).toBe('TrustFileFieldError')
    expect(refusalOf(' '.repeat(length)).name).toBe('TrustFileSyntaxError')
    expect(refusalOf('"'.repeat(length)).name).toBe('TrustFileSyntaxError')
  })
})
