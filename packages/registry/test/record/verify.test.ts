import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { ManualClock } from '@waystone/kit/testing'
import { RecordSchema, recordSigningBytes, SignedRecordSchema } from '@waystone/wire/registry'
import { describe, expect, it } from 'vitest'
import {
  checkSignature,
  checkSignatureInThreads,
  createVerify,
  decodeSigned,
  kindSet,
  nameHash,
  partOf,
  recordDigest,
  signRecord
} from '../../src/index.ts'
import { hashesOf } from '../../src/record/name-hash.ts'
import { capable, meeting, newKey, relay } from '../store/records.ts'
import type { UnsignedRecord } from '../../src/index.ts'

const HOUR = 3_600_000
const clock = new ManualClock()
const verify = createVerify({ kinds: kindSet(), clock, check: checkSignatureInThreads })
const inTen = clock.now() + 600_000
const good: UnsignedRecord = { kind: 'rendezvous', key: 'chess', sequence: 7, expiry: inTen, payload: meeting() }

describe('a record', () => {
  it.each(['Ed25519', 'secp256k1', 'RSA'] as const)('is verified with a key of type %s', async type => {
    const key = await generateKeyPair(type, ...(type === 'RSA' ? [2_048] : []))
    const signed = await signRecord(key, good)
    for (const check of [checkSignature, checkSignatureInThreads]) {
      const record = await createVerify({ kinds: kindSet(), clock, check })(signed)
      expect(record).toMatchObject({ kind: 'rendezvous', key: 'chess', sequence: 7, expiry: inTen, withdrawn: false })
      expect(record.peer.toMultihash().bytes).toEqual(key.publicKey.toMultihash().bytes)
      expect(record.id).toBe(record.peer.toString())
      expect(record.values).toEqual({ namespace: 'chess' })
      expect(await createVerify({ kinds: kindSet(), clock, check })(decodeSigned(record.signed))).toMatchObject({
        sequence: 7
      })
    }
  })

  it.each<[string, Partial<UnsignedRecord>, string]>([
    ['a kind that nobody knows', { kind: 'weather' }, 'UnknownKindError'],
    ['a kind with the name of a property', { kind: '__proto__' }, 'UnknownKindError'],
    ['sequence 0', { sequence: 0 }, 'RecordSequenceError'],
    ['sequence 2^53', { sequence: 2 ** 53 }, 'RecordSequenceError'],
    ['sequence 2^63', { sequence: 2 ** 63 }, 'RecordSequenceError'],
    ['an end in a year', { expiry: clock.now() + 365 * 24 * HOUR }, 'RecordExpiryError'],
    ['an end in an hour and two minutes', { expiry: clock.now() + HOUR + 120_000 }, 'RecordExpiryError'],
    ['an end now', { expiry: clock.now() }, 'RecordExpiryError'],
    ['an end at the end of time', { expiry: 2 ** 63 }, 'RecordExpiryError'],
    ['a clock that is an hour behind', { expiry: inTen - HOUR }, 'RecordExpiryError'],
    ['a clock that is an hour ahead', { expiry: inTen + HOUR }, 'RecordExpiryError'],
    ['a payload of 10 MiB', { payload: new Uint8Array(10 * 1024 * 1024) }, 'RecordTooLargeError'],
    ['a payload of 4 KiB and a byte', { payload: new Uint8Array(4 * 1024 + 1) }, 'RecordTooLargeError'],
    ['a payload of something else', { payload: Uint8Array.of(0xff, 0xff) }, 'RecordPayloadError'],
    ['a payload although it is withdrawn', { withdrawn: true, payload: relay() }, 'RecordPayloadError'],
    ['a key of 129 bytes', { key: 'é'.repeat(65) }, 'RecordTooLargeError'],
    ['a key that steers a terminal', { key: '\u001b[2J' }, 'RecordInvalidError'],
    ['no namespace', { key: '' }, 'RecordPayloadError'],
    [
      '17 addresses',
      { payload: meeting({ addresses: Array.from({ length: 17 }, () => '/ip4/192.0.2.1/tcp/1') }) },
      'RecordPayloadError'
    ],
    ['an address that is none', { payload: meeting({ addresses: ['javascript:alert(1)'] }) }, 'RecordPayloadError'],
    ['too much data', { payload: meeting({ data: new Uint8Array(1_025) }) }, 'RecordPayloadError'],
    ['a relay advert with a key', { kind: 'relay-advert', payload: relay() }, 'RecordPayloadError'],
    ['a capability of another name', { kind: 'capability', payload: capable({ name: 'go' }) }, 'RecordPayloadError'],
    [
      'a number that is none',
      { kind: 'capability', payload: capable({ name: 'chess', numbers: { x: Number.NaN } }) },
      'RecordPayloadError'
    ],
    [
      'a number without a name',
      { kind: 'capability', payload: capable({ name: 'chess', numbers: { '': 1 } }) },
      'RecordPayloadError'
    ]
  ])('is refused with %s', async (_what, change, name) => {
    const signed = await signRecord(await newKey(), { ...good, ...change })
    await expect(verify(signed)).rejects.toMatchObject({ name })
  })

  it('tells both clocks if the times do not fit', async () => {
    const signed = await signRecord(await newKey(), { ...good, expiry: inTen - HOUR })
    await expect(verify(signed)).rejects.toMatchObject({
      message: expect.stringMatching(/2023-11-14T21:23:20.000Z.*2023-11-14T22:13:20.000Z here/),
      hint: expect.stringContaining('clocks')
    })
  })

  it('is refused if anything of it was changed', async () => {
    const key = await newKey()
    const signed = await signRecord(key, good)
    const other = await newKey()
    const forged = fromBinary(RecordSchema, signed.record)
    forged.peer = other.publicKey.toMultihash().bytes
    const record = toBinary(RecordSchema, forged)
    await expect(verify(create(SignedRecordSchema, { ...signed, record }))).rejects.toMatchObject({
      name: 'RecordSignatureError'
    })
    for (const signature of [
      new Uint8Array(),
      new Uint8Array(64),
      await key.sign(signed.record),
      await other.sign(recordSigningBytes(signed.record))
    ]) {
      const each = create(SignedRecordSchema, { ...signed, signature })
      await expect(verify(each)).rejects.toMatchObject({ name: 'RecordSignatureError' })
    }
  })

  it('is refused with an RSA key of somebody else', async () => {
    const [key, other] = await Promise.all([generateKeyPair('RSA', 2_048), generateKeyPair('RSA', 2_048)])
    const signed = await signRecord(key, good)
    const theirs = await signRecord(other, good)
    const swapped = create(SignedRecordSchema, { ...signed, publicKey: theirs.publicKey })
    await expect(verify(swapped)).rejects.toMatchObject({ name: 'RecordInvalidError' })
    await expect(verify(create(SignedRecordSchema, { ...signed, publicKey: new Uint8Array() }))).rejects.toMatchObject({
      name: 'RecordInvalidError'
    })
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.of(1, 2, 3)],
    [
      'an id that is none',
      toBinary(
        RecordSchema,
        create(RecordSchema, {
          kind: 'rendezvous',
          key: 'k',
          peer: new Uint8Array(38),
          sequence: 1n,
          expiry: BigInt(inTen),
          payload: meeting()
        })
      )
    ],
    [
      'an id of one byte',
      toBinary(
        RecordSchema,
        create(RecordSchema, {
          kind: 'rendezvous',
          key: 'k',
          peer: new Uint8Array(1),
          sequence: 1n,
          expiry: BigInt(inTen),
          payload: meeting()
        })
      )
    ]
  ])('is refused if it is %s', async (_what, record) => {
    const signed = create(SignedRecordSchema, { record, signature: new Uint8Array(64) })
    await expect(verify(signed)).rejects.toMatchObject({
      name: expect.stringMatching(/RecordInvalidError|UnknownKindError/)
    })
  })

  it('has no bytes that nobody signed', async () => {
    const signed = await signRecord(await newKey(), good)
    const padded = toBinary(SignedRecordSchema, signed)
    const withMore = new Uint8Array([...padded, 0x7a, 3, 1, 2, 3])
    expect((await verify(decodeSigned(withMore))).signed).toEqual(padded)
    const withKey = create(SignedRecordSchema, { ...signed, publicKey: new Uint8Array(100) })
    await expect(verify(withKey)).rejects.toMatchObject({ name: 'RecordInvalidError' })
  })

  it('is not looked at beyond its limit', () => {
    expect(() => decodeSigned(new Uint8Array(10 * 1024 * 1024))).toThrow(
      expect.objectContaining({ name: 'RecordTooLargeError' })
    )
  })
})

describe('hashes of names', () => {
  it('differ by kind, peer and key, wherever one ends', () => {
    const peer = Uint8Array.of(0, 1, 97)
    const names = [
      { kind: 'a', peer, key: 'b' },
      { kind: 'ab', peer, key: '' },
      { kind: 'a', peer, key: '' },
      { kind: 'a', peer: Uint8Array.of(0, 1, 98), key: '' }
    ]
    expect(new Set(names.map(name => nameHash(name).join())).size).toBe(4)
  })

  it('are what every registry makes of them', () => {
    const hash = nameHash({ kind: 'rendezvous', peer: Uint8Array.of(0, 1, 97), key: 'chess' })
    expect(Buffer.from(hash).toString('hex')).toBe(VECTOR.hash)
    expect(recordDigest({ hash, sequence: 7 }).toString(16)).toBe(VECTOR.digest)
    expect(partOf(hash)).toBe(Number.parseInt(VECTOR.hash.slice(0, 4), 16) >> 6)
  })

  it('are in the part between its first and its last hash', () => {
    for (const part of [0, 1, 511, 1_023]) {
      const { first, last } = hashesOf(part)
      expect([partOf(first), partOf(last)]).toEqual([part, part])
    }
  })
})

const VECTOR = { hash: '9b5a11cea18e7a786c851c2beb5cf909', digest: '4acdd456510ca38e' }
