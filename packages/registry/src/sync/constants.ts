import type { TokenBucketInit } from '@waystone/kit'

/** The function that lets a peer keep its registry equal with this one, and send gossip. */
export const SYNC_FUNCTION = 'registry-sync'
/** How often some other registry is compared with this one, in milliseconds; a tenth more or less. */
export const INTERVAL_MS = 10_000
export const INTERVAL_JITTER = 0.1
/** Comparing may take so long, in milliseconds; what has come by then is kept, and the next round goes on. */
export const ROUND_MS = 60_000
/** One answer may take so long, in milliseconds. */
export const DIGEST_MS = 5_000
/** After a new connection has joined the gossip, records may have fallen between; looked at so soon, in milliseconds. */
export const SETTLE_MS = 1_000
/** Registries that are compared with this one at the same time. */
export const MAX_ROUNDS = 4
/** Bytes of a name's hash, and of a hash with its sequence. */
export const HASH_BYTES = 16
export const NAME_BYTES = 24
/** Bytes of one message with names: 2,730 of them. */
export const NAMES_MESSAGE_BYTES = 2_730 * NAME_BYTES
/** Names that one round reads: five times what a registry holds by default, 24 MB. */
export const MAX_NAMES = 1_000_000
/** Records that are fetched with one call: few enough that a slow partner shows soon, many enough to hide the round trip. */
export const FETCH_BATCH = 1_000
/** Hashes that one call may ask for (registry.proto). */
export const MAX_FETCH = 4_096
/** Calls that fetch at one time: while the records of one are verified those of the next come. */
export const FETCH_LANES = 3
/** Bytes of one message with records, encoded. */
export const RECORDS_MESSAGE_BYTES = 128 * 1024
/** Records that are verified at one time, and put with one transaction: some 15 ms of the event loop. */
export const VERIFY_BATCH = 256
/** Names that a partner lists and does not give: more than this, and more than half, is no accident. */
export const MAX_WITHHELD = 100
/** Refused names that are remembered, about 100 bytes each. */
export const MAX_UNWANTED = 100_000
/** For how long, in milliseconds: then there may be room, or the clock may have been set. */
export const UNWANTED_MS = 10 * 60_000
/** Partners of which something is remembered. */
export const MAX_PARTNERS = 1_000
/** A partner that sent garbage is left alone for a growing time, in milliseconds. */
export const HOSTILE_BACKOFF = { baseMs: 20_000, maxMs: 60 * 60_000 }
/** One that could not be reached, in milliseconds; a new connection begins anew. */
export const LOST_BACKOFF = { baseMs: 1_000, maxMs: 10_000 }
/** One that does not let this node compare, in milliseconds: its operator may change that. */
export const REFUSED_BACKOFF = { baseMs: 5_000, maxMs: 2 * 60_000 }
/** Records wait so long for others to go out with them, in milliseconds. */
export const GATHER_MS = 50
/** Bytes of one message of gossip: beyond it goes out at once. */
export const GOSSIP_MESSAGE_BYTES = 64 * 1024
/** Records that wait for the gossip at most; those beyond come by reconciliation. */
export const MAX_GATHERED = 10_000

/** Messages with nothing but records that are refused here that are handed on for one peer: a registry tells of many with one. */
export const REFUSED_NEWS: TokenBucketInit & { maxKeys: number } = {
  capacity: 20,
  refillPerSecond: 1,
  maxKeys: MAX_PARTNERS
}
