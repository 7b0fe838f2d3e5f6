import type { BackoffInit } from '@waystone/kit'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The largest record, in bytes (https://specs.ipfs.tech/ipns/ipns-record/#record-size-limit). */
export const MAX_RECORD_BYTES = 10 * 1024
/** The largest trust file, in bytes (design.md, "Limits and defaults"). */
export const MAX_FILE_BYTES = 1024 * 1024
/** How far two clocks may be apart, in milliseconds (design.md, "Limits and defaults"). */
export const CLOCK_SKEW_MS = MINUTE
/** A shorter TTL is raised to it, in milliseconds (design.md, "Limits and defaults"). */
export const MIN_TTL_MS = DAY
/** Nothing is used longer without a refresh, in milliseconds: two years (design.md, "Limits and defaults"). */
export const MAX_TTL_MS = 2 * 365 * DAY
/** A name that points to a name, and so on: so many records are followed. */
export const MAX_HOPS = 4

/** How long each way may take to find a record, in milliseconds. A query of the DHT asks several peers after each other. */
export const DHT_DEADLINE_MS = 15 * SECOND
export const RPC_DEADLINE_MS = 5 * SECOND
export const MIRROR_DEADLINE_MS = 10 * SECOND
/**
 * After the first valid record the other ways get so much longer, in
 * milliseconds: whoever answers first may hold an old one, by accident or not.
 */
export const GRACE_MS = 2 * SECOND
/** How long fetching a file may take over all ways together, in milliseconds: 1 MiB over a slow relay. */
export const FILE_DEADLINE_MS = 60 * SECOND
/** How long one way may bring nothing more of a file, in milliseconds: who is silent makes room for the next. */
export const PART_DEADLINE_MS = 5 * SECOND
/** Parts of a file that are shorter do not count as progress, in bytes. */
export const MIN_PART_BYTES = 4 * 1024
/** How long bitswap alone may take for a file, in milliseconds: a peer that refuses it answers nothing at all. */
export const CONTENT_DEADLINE_MS = 20 * SECOND
/** How long no further block may come of a file that has several, in milliseconds: three silent groups of peers. */
export const FILE_IDLE_MS = 20 * SECOND
/** The largest block of a file that has several, in bytes (https://specs.ipfs.tech/bitswap-protocol/#block-sizes). */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024
/** Connected peers that are asked for one record or file. */
export const MAX_ASKED_PEERS = 16
/** Peers that are asked for a file at one time: each may send all of it. */
export const MAX_PARALLEL_FILES = 3
/** A mirror may lead elsewhere so often. */
export const MAX_REDIRECTS = 3

/** Waits after a failed refresh (issue: from 30 s up to 1 h). */
export const REFRESH_BACKOFF: BackoffInit = { baseMs: 30 * SECOND, maxMs: HOUR }
/** A publisher may ask for years; a change should reach everybody within a week all the same. In milliseconds. */
export const MAX_REFRESH_MS = 7 * DAY
/** While peers keep coming, an entry that was never fetched is tried again after so long, in milliseconds. */
export const NEW_PEER_PAUSE_MS = 500

/** How often a record is put into the DHT again, in milliseconds: peers there forget it after 48 h. */
export const REDISTRIBUTE_MS = 12 * HOUR
/** The first time, in milliseconds after the start: the DHT has peers by then. */
export const FIRST_REDISTRIBUTE_MS = 10 * SECOND
/** Waits after nobody took a record. */
export const REDISTRIBUTE_BACKOFF: BackoffInit = { baseMs: 30 * SECOND, maxMs: HOUR }
/** Names that are carried for all peers together. */
export const MAX_KEPT_NAMES = 1_000
/** Names that are carried for one peer. */
export const MAX_KEPT_NAMES_PER_PEER = 100
/** Bytes that are carried for one peer, records and files together. */
export const MAX_KEPT_BYTES_PER_PEER = 16 * 1024 * 1024
/** Records that are remembered after somebody asked for them: 10 MiB at worst. */
export const MAX_REMEMBERED = 1_000

/** How long a new record is valid unless its publisher says otherwise, in milliseconds. */
export const DEFAULT_LIFETIME_MS = 30 * DAY
/** The TTL of a new record unless its publisher says otherwise, in milliseconds. */
export const DEFAULT_TTL_MS = DAY
/** How long the network is asked for the last sequence before one is signed, in milliseconds. */
export const LAST_SEQUENCE_MS = 5 * SECOND
/** How long handing a record to the network may take, in milliseconds. */
export const PUBLISH_DEADLINE_MS = 20 * SECOND

/** For how long changes of the trust database are gathered before its trust files are gone through, in milliseconds. */
export const SYNC_WITHIN_MS = 50
