import type { TokenBucketInit } from '@waystone/kit'

/** Peers whose calls are counted at one time. */
const MAX_COUNTED_PEERS = 10_000

/** Records that one peer may ask for: a node that starts asks for each of its entries. */
export const RECORD_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: 200,
  refillPerSecond: 10,
  maxKeys: MAX_COUNTED_PEERS
}
/** Bytes for which one token is taken; a call takes at least one. */
export const FILE_CALL_UNIT = 16 * 1024
/** What one peer may fetch of files and their blocks: 32 MiB at once, or 2,048 small blocks, and 256 MiB an hour. */
export const FILE_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: (32 * 1024 * 1024) / FILE_CALL_UNIT,
  refillPerSecond: (256 * 1024 * 1024) / FILE_CALL_UNIT / 3_600,
  maxKeys: MAX_COUNTED_PEERS
}
/** Records that one peer may bring. */
export const PUT_CALLS: TokenBucketInit & { maxKeys: number } = {
  capacity: 100,
  refillPerSecond: 1,
  maxKeys: MAX_COUNTED_PEERS
}
/**
 * Files of records that peers brought that are fetched at one time, one for
 * each peer and entry. Others bring the same record, and it is kept: whose file
 * has no place is fetched with the next one, or when the entry is next looked at.
 */
export const BROUGHT_AT_ONCE = { all: 32, perPeer: 2, perNetwork: 8 }
/** Files that are sent at one time, to all peers together. */
export const MAX_FILES_AT_ONCE = 32
/** Bytes of one part of a file. */
export const FILE_PART_BYTES = 64 * 1024
