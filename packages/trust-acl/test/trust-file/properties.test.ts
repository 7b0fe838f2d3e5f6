import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonScanner } from '../../src/trust-file/json-scanner.ts'
import { fileOf, newPeer, parseText, refusalOf } from './trust-files.ts'
import type { TrustFile } from '../../src/contract.ts'

const peers = await Promise.all(Array.from({ length: 8 }, async () => String(await newPeer())))
const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => !/\p{Cc}/u.test(text))
const contact = fc.array(
  fc.nat().map(n => `https://example.org/${n}`),
  { maxLength: 3 }
)
const remotes = fc.uniqueArray(
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([ip, port]) => `/ip4/${ip}/tcp/${port}`),
  { maxLength: 4 }
)
const node = fc.record({ label, contact, remotes, remotesStrict: fc.boolean() })

/** Files whose nodes are all different. */
const files: fc.Arbitrary<TrustFile> = fc
  .record({
    description: fc.string({ unit: 'grapheme' }),
    contact,
    groups: fc.array(fc.array(node, { maxLength: 4 }), { maxLength: 2 }),
    name: label
  })
  .map(({ groups, name, ...file }) => {
    const left = peers.slice()
    const nodes = groups.map(group => group.map(init => ({ ...init, peer: left.pop() ?? '' })))
    return { ...file, entities: nodes.map(group => ({ entity: name, nodes: group })) }
  })

function toJson({ description, contact: contacts, entities }: TrustFile): object {
  return {
    description,
    contact: contacts,
    entities: entities.map(({ entity, nodes }) => ({
      entity,
      nodes: nodes.map(({ label: name, peer, remotesStrict, ...rest }) => ({
        node: name,
        pubkey: peer,
        ...rest,
        'remotes-strict': remotesStrict
      }))
    }))
  }
}

/** A piece of text in the place of another. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 5 }),
  piece: fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\\',
      '0',
      '-',
      'e',
      '.',
      't',
      'n',
      '\\u',
      '\\ud800',
      '[[[[[[[[[',
      '/*',
      '1e999'
    ),
    fc.string({ unit: 'binary', maxLength: 3 })
  )
})

function damaged(text: string, changes: Array<{ at: number; length: number; piece: string }>): string {
  return changes.reduce((sum, { at, length, piece }) => {
    const start = Math.floor(at * sum.length)
    return sum.slice(0, start) + piece + sum.slice(start + length)
  }, text)
}

function isRefusedOrRead(bytes: string | Uint8Array): void {
  try {
    refusalOf(bytes)
  } catch (error) {
    expect(String(error)).toBe('Error: the file was read')
  }
}

describe('whatever the bytes are', () => {
  test('they are read or refused with a name', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isRefusedOrRead))
    fc.assert(fc.property(fc.json({ maxDepth: 10 }), isRefusedOrRead))
    fc.assert(
      fc.property(files, fc.array(damage, { minLength: 1, maxLength: 3 }), (file, changes) => {
        isRefusedOrRead(damaged(JSON.stringify(toJson(file)), changes))
      }),
      { numRuns: 1_000 }
    )
  })

  test('the scanner takes for JSON what JSON.parse does', () => {
    const text = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.array(damage, { maxLength: 2 }))
      .map(([json, changes]) => damaged(json, changes))
    fc.assert(
      fc.property(text, candidate => {
        const [scanned, parsed] = [
          errorOf(() => new JsonScanner(candidate).scan()),
          errorOf(() => JSON.parse(candidate))
        ]
        fc.pre(scanned === undefined || scanned === 'TrustFileSyntaxError')
        expect(scanned === undefined, candidate).toBe(parsed === undefined)
      }),
      { numRuns: 3_000 }
    )
  })
})

function errorOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as Error).name
  }
}

test.each([undefined, 2])('what is written is read again, with an indentation of %s', indentation => {
  fc.assert(
    fc.property(files, file => {
      expect(parseText(JSON.stringify(toJson(file), undefined, indentation))).toEqual(file)
    })
  )
})

describe('a key that is there twice', () => {
  const key = fc.string({ unit: 'grapheme', maxLength: 5 })
  const escaped = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

  test('is found wherever it is, however it is spelt and whatever stands between', () => {
    const others = fc.uniqueArray(key, { maxLength: 5 })
    const around = fc.constantFrom(...(['@', '[@]', '{"a":@}', '[1,{"b":[@]}]', '{"x":{"y":1},"z":@}'] as const))
    fc.assert(
      fc.property(key, others, around, fc.boolean(), (twice, between, outer, spelt) => {
        const members = between.filter(other => other !== twice).map(other => `${JSON.stringify(other)}:{"a":[]}`)
        const again = spelt ? escaped(twice) : JSON.stringify(twice)
        const object = `{${[`${JSON.stringify(twice)}:1`, ...members, `${again}:2`].join(' , ')}}`
        expect(refusalOf(outer.replace('@', () => object)).name).toBe('TrustFileDuplicateKeyError')
      })
    )
  })

  test('in two objects beside or inside each other is none', () => {
    const [one, two] = peers
    expect(parseText(fileOf({ pubkey: one }, { pubkey: two, contact: [] })).entities[0]?.nodes).toHaveLength(2)
    expect(() => new JsonScanner('{"a":{"a":1},"b":[{"a":1},{"a":2}]}').scan()).not.toThrow()
  })
})
