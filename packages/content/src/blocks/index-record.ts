import type { BlockEntry } from './block-index.ts'

const RECORD_BYTES = 13

/** Pinned (1 byte), size (4) and time of the last use (8), in network order. */
export function encodeEntry({ size, pinned, usedAt }: BlockEntry): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, pinned ? 1 : 0)
  view.setUint32(1, size)
  view.setFloat64(5, usedAt)
  return bytes
}

/** Undefined for what is no record. */
export function decodeEntry(bytes: Uint8Array): BlockEntry | undefined {
  if (bytes.byteLength !== RECORD_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { pinned: view.getUint8(0) === 1, size: view.getUint32(1), usedAt: view.getFloat64(5) }
}
