import { create, toBinary } from '@bufbuild/protobuf'
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { RatingSchema, ratingSigningBytes, SignedRatingSchema } from '@waystone/wire/trust'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRating, signRating } from '../../src/ratings/signed-rating.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { MessageInitShape } from '@bufbuild/protobuf'

const NOW = 1_700_000_000_000
const newKey = async () => generateKeyPair('Ed25519')
const idOf = (key: PrivateKey): string => peerIdFromPrivateKey(key).toString()
const refused = { name: 'RatingInvalidError' }

async function parts() {
  const [key, other] = await Promise.all([newKey(), newKey()])
  const peer = idOf(other)
  const rating = { peer, scores: { reachability: 0.5, uptime: 1 }, addresses: ['/ip4/192.0.2.1/tcp/1'], ratedAt: NOW }
  return { key, other, rating, signed: await signRating(rating, key) }
}

// signed as it should be, whatever it says
async function signedAs(key: PrivateKey, message: MessageInitShape<typeof RatingSchema>) {
  const rating = toBinary(RatingSchema, create(RatingSchema, message))
  const signature = await key.sign(ratingSigningBytes(rating))
  return create(SignedRatingSchema, { rating, signature, publicKey: publicKeyToProtobuf(key.publicKey) })
}

describe('a signed rating', () => {
  it('comes back as it was, with its rater', async () => {
    const { key, rating, signed } = await parts()
    expect(await readRating(signed, NOW)).toEqual({ rater: idOf(key), ...rating })
  })

  it('is refused when it was changed, signed by somebody else or for something else', async () => {
    const { key, other, signed } = await parts()
    const rating = Uint8Array.from(signed.rating)
    rating[rating.length - 1] = (rating.at(-1) ?? 0) ^ 1
    await expect(readRating({ ...signed, rating }, NOW)).rejects.toMatchObject(refused)
    const third = publicKeyToProtobuf((await newKey()).publicKey)
    await expect(readRating({ ...signed, publicKey: third }, NOW)).rejects.toMatchObject(refused)
    const bare = await key.sign(signed.rating)
    await expect(readRating({ ...signed, signature: bare }, NOW)).rejects.toMatchObject(refused)
    const publicKey = publicKeyToProtobuf(other.publicKey)
    await expect(readRating({ ...signed, publicKey }, NOW)).rejects.toThrow('rates itself')
  })

  it('counts only in its time', async () => {
    const { signed } = await parts()
    const week = 7 * 24 * 60 * 60 * 1_000
    expect(await readRating(signed, NOW - 60_000)).toMatchObject({ ratedAt: NOW })
    expect(await readRating(signed, NOW + week)).toMatchObject({ ratedAt: NOW })
    await expect(readRating(signed, NOW - 60_001)).rejects.toThrow('future')
    await expect(readRating(signed, NOW + week + 1)).rejects.toThrow('too old')
  })

  it.each([
    ['a score above 1', { uptime: 1.5 }],
    ['a score below 0', { reachability: -0.1 }],
    ['a score that is no number', { relayQuality: Number.NaN }],
    ['an infinite score', { uptime: Number.POSITIVE_INFINITY }],
    ['a peer that is none', { peer: Uint8Array.from([1, 2, 3]) }],
    ['no peer', { peer: new Uint8Array(0) }],
    ['too many addresses', { addresses: Array.from({ length: 65 }, () => '/ip4/1.1.1.1') }],
    ['an address without end', { addresses: ['x'.repeat(257)] }],
    ['a date beyond numbers', { ratedAt: 2n ** 64n - 1n }]
  ])('is refused with %s, although it is signed', async (_what, over) => {
    const { key, other } = await parts()
    const peer = peerIdFromPrivateKey(other).toMultihash().bytes
    const signed = await signedAs(key, { peer, ratedAt: BigInt(NOW), ...over })
    await expect(readRating(signed, NOW)).rejects.toMatchObject(refused)
  })

  it('is refused by its size, and with a key of another type', async () => {
    const { signed } = await parts()
    await expect(readRating({ ...signed, rating: new Uint8Array(8 * 1024 + 1) }, NOW)).rejects.toThrow('too large')
    for (const key of [await generateKeyPair('secp256k1'), await generateKeyPair('ECDSA')]) {
      const publicKey = publicKeyToProtobuf(key.publicKey)
      await expect(readRating({ ...signed, publicKey }, NOW)).rejects.toThrow('Ed25519')
    }
  })

  it('is refused by name, whatever the bytes are', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    const { signed } = await parts()
    await fc.assert(
      fc.asyncProperty(bytes, bytes, fc.option(bytes), async (rating, signature, publicKey) => {
        const garbage = create(SignedRatingSchema, { rating, signature, publicKey: publicKey ?? signed.publicKey })
        await expect(readRating(garbage, NOW)).rejects.toMatchObject(refused)
      })
    )
  })
})
