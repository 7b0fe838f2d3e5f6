/**
 * The messages of `waystone.registry.v1`, and what holds for records on the wire.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/registry/v1/registry_pb.ts'
export * from './gen/waystone/registry/v1/kinds_pb.ts'
export * from './registry-limits.ts'
import { RECORD_SIGNATURE_DOMAIN } from './registry-limits.ts'

const DOMAIN = new TextEncoder().encode(`${RECORD_SIGNATURE_DOMAIN}\0`)

/** The bytes that a record's signature covers: domain, a zero byte, the encoded record. */
export function recordSigningBytes(record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(DOMAIN.length + record.length)
  bytes.set(DOMAIN)
  bytes.set(record, DOMAIN.length)
  return bytes
}
