/** Addresses that are taken from one look at a source: a cluster has far fewer, and a lie costs no more than this. */
export const MAX_ADDRESSES = 256

/** Characters of one address. The longest real ones, of WebRTC with two certificates' hashes, have about 300. */
export const MAX_ADDRESS_LENGTH = 512

/** How many names a `_dnsaddr` record may lead on to, one behind the other. libp2p's own bootstrap names need two. */
export const MAX_DNSADDR_DEPTH = 8

/** How many names one look asks for TXT records. */
export const MAX_DNSADDR_NAMES = 32

/** SRV records of one name that are looked at, the first by priority. */
export const MAX_SRV_TARGETS = 32

/** How long one look may take, in milliseconds. */
export const LOOK_TIMEOUT_MS = 10_000

/** One question to one name server, in milliseconds; it is asked twice. */
export const QUESTION_TIMEOUT_MS = 2_000

/** How long plain addresses wait for TXT and SRV records, which come first, in milliseconds. */
export const RECORDS_FIRST_MS = 1_000

/** How long a look-up of the machine waits for the lifetime that name servers give for the same, in milliseconds. */
export const LIFETIME_AFTER_MS = 500

/** Look-ups of the machine that wait at one time; further names are asked of name servers alone. */
export const MAX_LOOKUPS = 8

/** Bytes of a list of seeds. */
export const MAX_LIST_BYTES = 1024 * 1024

/** Redirections that are followed to a list of seeds. */
export const MAX_REDIRECTS = 3

/** Wait after a source failed for the first time, in milliseconds; it grows up to the interval. */
export const FIRST_WAIT_MS = 1_000

/**
 * Longest wait of growing ones while somebody is needed and the source says how
 * long its word holds, in milliseconds: once that time is over it may say something else.
 */
export const LONGEST_PRESSING_WAIT_MS = 10_000

/** No source is looked at again sooner, in milliseconds, whatever its records say of their lifetime. */
export const SHORTEST_WAIT_MS = 1_000

/** Longest wait until a source is looked at again, in milliseconds. */
export const DEFAULT_INTERVAL_MS = 60_000

/** TCP port of seeds that are found as plain addresses. */
export const DEFAULT_PORT = 4001
