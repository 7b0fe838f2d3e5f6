/**
 * The messages of `waystone.trust.v1`, and what holds for ratings on the wire.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/trust/v1/trust_pb.ts'

/** What a rating's signature is bound to; no other signature of a node may begin with it. */
export const RATING_SIGNATURE_DOMAIN = 'waystone/trust/rating/1.0.0'

/** Ratings in one message, each way; their bytes have the limit of every message. */
export const MAX_RATINGS = 500

/** Addresses of one rated peer. */
export const MAX_RATING_ADDRESSES = 64

/** One encoded rating, in bytes. */
export const MAX_RATING_BYTES = 8 * 1024

/** The bytes that a rating's signature covers: domain, a zero byte, the encoded rating. */
export function ratingSigningBytes(rating: Uint8Array): Uint8Array {
  const domain = new TextEncoder().encode(`${RATING_SIGNATURE_DOMAIN}\0`)
  const bytes = new Uint8Array(domain.length + rating.length)
  bytes.set(domain)
  bytes.set(rating, domain.length)
  return bytes
}
