import { HANDSHAKE_MS, SLOWEST_IO_BYTES_PER_SECOND } from './constants.ts'

/** How many of the bytes already held are of use: none if there are more than the file has. */
export function resumableBytes(held: number, size: number): number {
  return held <= size ? held : 0
}

/** Whether two SHA-256 digests are the same. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Milliseconds to wait for an answer that needs `bytes` bytes read, written or hashed first. */
export function answerDeadlineMs(bytes: number): number {
  return HANDSHAKE_MS + Math.ceil((bytes / SLOWEST_IO_BYTES_PER_SECOND) * 1000)
}
