/** Bearer tokens and the arguments of calls by GET fit into it many times. */
export const MAX_HEADER_BYTES = 16_384
/** What a request may take, in milliseconds. Node measures it, with the machine's own clock. */
export const REQUEST_TIMES = {
  /** For all of a request, its body included. An answer may take as long as it likes. */
  requestTimeout: 10_000,
  /** For the head of a request: a client on the same machine needs no longer. */
  headersTimeout: 5_000,
  /** How often Node looks for requests over their time. */
  connectionsCheckingInterval: 1_000
}
/** Milliseconds that a connection without a request stays open. */
export const KEEP_ALIVE_TIMEOUT_MS = 5_000
/** A client that takes nothing of its answer for this long, in milliseconds, has lost interest. */
export const STALLED_ANSWER_MS = 30_000
/** For calls that wait to end in order when the server stops, in milliseconds. */
export const GOODBYE_MS = 250
/** A scraper, a probe, a console and a few shells that watch. */
export const MAX_CONNECTIONS = 64
/** Node takes in all requests of one packet at once, some 1,600: each would render its own answer. */
export const MAX_REQUESTS_PER_CONNECTION = 100
/** 256 bits, in hexadecimal digits on disk. */
export const TOKEN_BYTES = 32
