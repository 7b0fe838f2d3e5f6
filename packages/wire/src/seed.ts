/**
 * The messages of `waystone.seed.v1`, and what holds for them on the wire.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/seed/v1/seed_pb.ts'

/** What an instance's signature is bound to; no other signature of a node may begin with it. */
export const INSTANCE_SIGNATURE_DOMAIN = 'waystone/seed/instance/1.0.0'

/** The id of one run of a node, in bytes. */
export const INSTANCE_ID_BYTES = 16

/** Signed peer records in one answer. */
export const MAX_PEER_RECORDS = 256

/** One signed peer record, in bytes: 16 addresses with certificate hashes and room. */
export const MAX_PEER_RECORD_BYTES = 8 * 1024

/** What a node says of one run of itself. */
export interface SignedFields {
  id: Uint8Array
  startedAt: bigint
  fence: bigint
  /** Who counts the fence; 0 where nobody does. */
  keeper: bigint
  saidAt: bigint
  /** The id of another run with the same key; empty or absent without one. */
  seen?: Uint8Array
}

/** The bytes that an instance's signature covers. */
export function instanceSigningBytes({
  id,
  startedAt,
  fence,
  saidAt,
  keeper,
  seen = new Uint8Array()
}: SignedFields): Uint8Array {
  const domain = new TextEncoder().encode(`${INSTANCE_SIGNATURE_DOMAIN}\0`)
  const numbers = new BigUint64Array(4)
  const view = new DataView(numbers.buffer)
  for (const [index, value] of [startedAt, fence, saidAt, keeper].entries()) view.setBigUint64(index * 8, value)
  const parts = [domain, id, new Uint8Array(numbers.buffer), seen]
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
