/** Entries of the trust database; the design's cap. */
export const MAX_ENTRIES = 10_000
/** Nodes of one trust file; the design's cap. */
export const MAX_NODES_PER_FILE = 10_000
/** Characters of a label. */
export const MAX_LABEL_LENGTH = 64
/** Overrides of one entry: the fourteen, and room for tunnels and protocols. */
export const MAX_OVERRIDES = 64
/** Characters of a function; protocol ids are the longest. */
export const MAX_FUNCTION_LENGTH = 256
/** Addresses of one peer; libp2p itself seldom keeps more. */
export const MAX_ADDRESSES = 32
/** Bytes of a row of the database besides a trust file: what the caps above come to, with room. */
export const MAX_ROW_BYTES = 256 * 1024
/** Milliseconds that a trust file is used without a refresh: two years, as the trust database's document says. */
export const MAX_CACHE_LIFETIME_MS = 730 * 86_400_000
/** Milliseconds: a shorter TTL of a record counts as 24 hours. */
export const MIN_TTL_MS = 86_400_000
/**
 * Milliseconds after which the wall clock is looked at again, at the latest:
 * so soon a clock that was set is noticed by what runs. Decisions see it at once.
 */
export const MAX_WAIT_MS = 10 * 60_000
/** Milliseconds for which the clock has to stand by an end before it is final: NTP corrects a wrong clock within minutes. */
export const FINAL_AFTER_MS = 60 * 60_000
/** Entries that are checked or written down before others have their turn: some milliseconds. */
export const CHECKS_A_TURN = 200
/**
 * Changes after which the next one waits until everything else had its turn: a
 * datastore on disk may write without ever waiting for anything.
 */
export const CHANGES_A_TURN = 32
/** Events for entries that one change of many may cause; the others are counted in one more. */
export const MAX_ENTRY_EVENTS = 100
/** Events for peers that one new trust file may cause; a large file would push everything else out of the log. */
export const MAX_PEER_EVENTS = 100
