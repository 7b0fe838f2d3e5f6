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
  seen = new Uint8Array()
}: SignedFields): Uint8Array {
  const domain = new TextEncoder().encode(`${INSTANCE_SIGNATURE_DOMAIN}\0`)
  const bytes = new Uint8Array(domain.length + id.length + 24 + seen.length)
  bytes.set(domain)
  bytes.set(id, domain.length)
  const view = new DataView(bytes.buffer, domain.length + id.length)
  for (const [index, value] of [startedAt, fence, saidAt].entries()) view.setBigUint64(index * 8, value)
  bytes.set(seen, domain.length + id.length + 24)
  return bytes
}
