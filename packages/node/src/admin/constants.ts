/** Requests have no body and few headers. */
export const MAX_HEADER_BYTES = 8_192
/** A client on the same machine needs no longer to send its request. */
export const REQUEST_TIMEOUT_MS = 5_000
/** How often Node looks for requests over their time. */
export const TIMEOUT_CHECK_INTERVAL_MS = 1_000
export const KEEP_ALIVE_TIMEOUT_MS = 5_000
/** A scraper, a probe, a table and a few shells. */
export const MAX_CONNECTIONS = 64
/** Node takes in all requests of one packet at once, some 1,600: each would render its own answer. */
export const MAX_REQUESTS_PER_CONNECTION = 100
