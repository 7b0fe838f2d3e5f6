import type { TokenBucketInit } from '@waystone/kit'

/** Peers whose calls are counted at one time. */
const MAX_COUNTED_PEERS = 10_000

/** Records that one peer may ask for: a node that starts asks for each of its entries. */
export const RECORD_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: 200,
  refillPerSecond: 10,
  maxKeys: MAX_COUNTED_PEERS
}
/** Files that one peer may fetch, each of at most 1 MiB: 256 MiB an hour. */
export const FILE_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: 32,
  refillPerSecond: 256 / 3_600,
  maxKeys: MAX_COUNTED_PEERS
}
/** Records that one peer may bring. */
export const PUT_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: 100,
  refillPerSecond: 1,
  maxKeys: MAX_COUNTED_PEERS
}
/** Files that are sent at one time, to all peers together. */
export const MAX_FILES_AT_ONCE = 32
/** Bytes of one part of a file. */
export const FILE_PART_BYTES = 64 * 1024
