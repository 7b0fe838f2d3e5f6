/** Bytes of a list, unpacked: the largest public ones have half of it. */
export const MAX_LIST_BYTES = 8 * 1_048_576
/** Lines of a list. */
export const MAX_LIST_LINES = 500_000
/** Part of the lines of a feed that may be unreadable: somebody else's typing error must not stop all updates. */
export const TOLERATED_FEED_FAULTS = 0.01
/** Lines that are read before others have their turn: some milliseconds. */
export const LINES_A_TURN = 2_000
/** How often a file is looked at, in milliseconds: whom it denies is to be gone within a second. */
export const FILE_POLL_MS = 500
/** How often a feed is fetched, in milliseconds, unless the config says so; what public lists ask for. */
export const FEED_REFRESH_MS = 3_600_000
/** No feed is asked more often, in milliseconds. */
export const MIN_FEED_REFRESH_MS = 1_000
/** Before the first repeat of a failed fetch, in milliseconds. */
export const FEED_RETRY_MS = 10_000
/** A whole fetch with all its redirects, in milliseconds: 8 MiB at 1.1 Mbit/s. */
export const FEED_DEADLINE_MS = 60_000
/** Redirects of one fetch. */
export const MAX_REDIRECTS = 5
/** Refreshes come earlier or later by so much of the interval, so that nodes do not come together. */
export const REFRESH_JITTER = 0.1
