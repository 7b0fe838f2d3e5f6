import { create, toBinary } from '@bufbuild/protobuf'
import { SignedRecordSchema } from '@waystone/wire/registry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBytesFields } from '../../src/record/bytes-fields.ts'
import { nameHash } from '../../src/record/name-hash.ts'
import { sha256InNode } from '../../src/record/node-hash.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.integer({ min: 16_380, max: 16_390 }).map(length => new Uint8Array(length))
)

describe('what is made by hand for speed', () => {
  it('encodes as protobuf does', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (record, signature, publicKey) => {
        const message = create(SignedRecordSchema, { record, signature, publicKey })
        expect(
          Buffer.compare(encodeBytesFields([record, signature, publicKey]), toBinary(SignedRecordSchema, message))
        ).toBe(0)
      })
    )
  })

  it('hashes names as they are, whatever letters they have, and in Node as everywhere', () => {
    const key = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(key, key, fc.uint8Array({ maxLength: 44 }), (kind, name, peer) => {
        const plain = Buffer.concat([Buffer.from(kind), Buffer.of(0), peer, Buffer.from(name)])
        const hash = nameHash({ kind, peer, key: name })
        expect(Buffer.compare(hash, sha256InNode(plain).subarray(0, 16))).toBe(0)
        expect(Buffer.compare(nameHash({ kind, peer, key: name }, sha256InNode), hash)).toBe(0)
      })
    )
  })
})
