/** Limits and timeouts that hold for every protocol; those of one protocol stand with its messages. */

/** UDP flows die after 120 s on cloud load balancers and after 30-60 s on many home NATs. */
export const KEEP_ALIVE_MS = 30_000

/** TCP or QUIC connect, encryption and muxer together. */
export const HANDSHAKE_TIMEOUT_MS = 10_000

/** multistream-select on a new stream. */
export const NEGOTIATION_TIMEOUT_MS = 10_000

/** Rows of a page of a list call when the caller asks for none. */
export const PAGE_DEFAULT_SIZE = 100

/** The largest page of any list call. */
export const PAGE_MAX_SIZE = 1_000
