/** SQLite's page cache, in KiB: the upper levels of all indexes of 200,000 records. */
export const CACHE_KIB = 8 * 1024

/** A record in all tables and indexes without its payload, in bytes, with room: what bounds the file. */
export const FILE_BYTES_PER_RECORD = 4 * 1024

/** The file is at least allowed this, in bytes. */
export const LEAST_FILE_BYTES = 16 * 1024 * 1024

/** SQLite's default, in bytes. */
export const PAGE_BYTES = 4_096

/** Rows that one step of a query looks at, by one part of its filter: some 5 ms. */
export const STEP_ROWS = 2_500

/** Rows of a step at least, whatever the filter: some 5 ms of one with 64 parts that look into lists. */
export const LEAST_STEP_ROWS = 50

/** Parts of the filter of a watch: it is asked of each change, for each watch. */
export const MAX_WATCH_PARTS = 16

/** Up to so many rows found by an index are gathered and sorted at once; more are walked in the order of places. */
export const GATHERED_ROWS = 2_000

/** Expired records that are removed at once, in some 5 ms; then others have their turn. */
export const PURGED_AT_ONCE = 200

/** Between two looks for expired records, in milliseconds. Queries leave them out to the millisecond. */
export const PURGE_INTERVAL_MS = 1_000

/** Records that are remembered to have gone, for watchers that are behind or come back. */
export const GONE_KEPT = 20_000

/** Changes that a watcher reads at once. */
export const WATCHED_AT_ONCE = 200

/** Watchers are woken at most so often, in milliseconds: with 1,000 changes a second each finds 50. */
export const WATCH_PAUSE_MS = 50

/** Rows of the file that are read at once when it is opened: some 5 ms. */
export const READ_AT_ONCE = 1_000

/** A record that ends before the one whose place it takes has to last so long, in milliseconds: gossip and comparing bring it. */
export const LEAST_LEFT_MS = 60_000
