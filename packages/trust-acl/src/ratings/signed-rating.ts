import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { publicKeyFromProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromMultihash, peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import {
  MAX_RATING_ADDRESSES,
  MAX_RATING_BYTES,
  RatingSchema,
  ratingSigningBytes,
  SignedRatingSchema
} from '@waystone/wire/trust'
import { messageOf } from '@waystone/kit/error-fields'
import * as Digest from 'multiformats/hashes/digest'
import { MAX_ADDRESS_LENGTH, MAX_RATING_AGE_MS, MAX_SKEW_MS } from './constants.ts'
import { MEASURES } from './contract.ts'
import { RatingInvalidError } from './errors.ts'
import type { PrivateKey, PublicKey } from '@libp2p/interface'
import type { Rating, SignedRating } from '@waystone/wire/trust'
import type { PeerRating, Scores } from './contract.ts'

/** What is signed: {@link PeerRating} without the rater, who is known by the key. */
export type UnsignedRating = Omit<PeerRating, 'rater'>

export async function signRating(rating: UnsignedRating, key: PrivateKey): Promise<SignedRating> {
  const message = create(RatingSchema, {
    peer: peerIdFromString(rating.peer).toMultihash().bytes,
    addresses: [...rating.addresses],
    ...rating.scores,
    ratedAt: BigInt(Math.trunc(rating.ratedAt))
  })
  const bytes = toBinary(RatingSchema, message)
  const signature = await key.sign(ratingSigningBytes(bytes))
  return create(SignedRatingSchema, { rating: bytes, signature, publicKey: publicKeyToProtobuf(key.publicKey) })
}

/**
 * Who signed a rating, without checking that it is true.
 *
 * @throws RatingInvalidError
 */
export function claimedRater({ publicKey }: SignedRating): string {
  return peerIdFromPublicKey(keyOf(publicKey)).toString()
}

/**
 * @param now - milliseconds since the Unix epoch
 * @throws RatingInvalidError - not a rating, not signed by its rater, of another time, or of the rater itself
 */
export async function readRating(signed: SignedRating, now: number): Promise<PeerRating> {
  if (signed.rating.length > MAX_RATING_BYTES) throw new RatingInvalidError('a rating is too large')
  const key = keyOf(signed.publicKey)
  const rating = checked(decode(signed.rating), now)
  const rater = peerIdFromPublicKey(key).toString()
  if (rating.peer === rater) throw new RatingInvalidError(`${rater} rates itself`)
  if (!(await isGenuine(signed, key)))
    throw new RatingInvalidError(`${rater} did not sign the rating it is said to give`)
  return { rater, ...rating }
}

async function isGenuine({ rating, signature }: SignedRating, key: PublicKey): Promise<boolean> {
  try {
    return await key.verify(ratingSigningBytes(rating), signature)
  } catch {
    return false
  }
}

function keyOf(bytes: Uint8Array): PublicKey {
  // an Ed25519 key has 36 bytes; RSA keys cost more to check than a rating is worth
  if (bytes.length > 64) throw new RatingInvalidError('the key of a rater is not Ed25519')
  const key = attempt(() => publicKeyFromProtobuf(bytes), 'the key of a rater cannot be read')
  if (key.type !== 'Ed25519') throw new RatingInvalidError('the key of a rater is not Ed25519')
  return key
}

function decode(bytes: Uint8Array): Rating {
  return attempt(() => fromBinary(RatingSchema, bytes), 'a rating cannot be read')
}

function checked(rating: Rating, now: number): UnsignedRating {
  const peer = attempt(() => peerIdFromMultihash(Digest.decode(rating.peer)).toString(), 'a rated peer has no peer id')
  const ratedAt = Number(rating.ratedAt)
  if (ratedAt > now + MAX_SKEW_MS) throw new RatingInvalidError('a rating is from the future')
  if (ratedAt < now - MAX_RATING_AGE_MS) throw new RatingInvalidError('a rating is too old')
  const { addresses } = rating
  if (addresses.length > MAX_RATING_ADDRESSES || addresses.some(({ length }) => length > MAX_ADDRESS_LENGTH))
    throw new RatingInvalidError('a rating has too many or too long addresses')
  return { peer, ratedAt, addresses, scores: scoresOf(rating) }
}

function scoresOf(rating: Rating): Scores {
  const scores: { -readonly [K in keyof Scores]: Scores[K] } = {}
  for (const measure of MEASURES) {
    const score = rating[measure]
    if (score === undefined) continue
    if (!(score >= 0 && score <= 1)) throw new RatingInvalidError(`a rating has ${measure} ${score}, not 0 to 1`)
    scores[measure] = score
  }
  return scores
}

function attempt<T>(work: () => T, what: string): T {
  try {
    return work()
  } catch (cause) {
    throw new RatingInvalidError(`${what}: ${messageOf(cause)}`, { cause })
  }
}
