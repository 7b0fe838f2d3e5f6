/**
 * The messages of `waystone.trust.v1`, and what holds for ratings on the wire.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/trust/v1/trust_pb.ts'
export * from './trust-limits.ts'

/** What a rating's signature is bound to; no other signature of a node may begin with it. */
export const RATING_SIGNATURE_DOMAIN = 'waystone/trust/rating/1.0.0'

/** The bytes that a rating's signature covers: domain, a zero byte, the encoded rating. */
export function ratingSigningBytes(rating: Uint8Array): Uint8Array {
  const domain = new TextEncoder().encode(`${RATING_SIGNATURE_DOMAIN}\0`)
  const bytes = new Uint8Array(domain.length + rating.length)
  bytes.set(domain)
  bytes.set(rating, domain.length)
  return bytes
}
