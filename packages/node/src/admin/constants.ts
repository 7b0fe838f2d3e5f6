import type { ServerLimits } from '../http/limited-server.ts'

/** What a request may take, in milliseconds. Node measures it, with the machine's own clock. */
export const REQUEST_TIMES = {
  /** For all of a request, its body included. An answer may take as long as it likes. */
  requestTimeout: 10_000,
  /** For the head of a request: a client on the same machine needs no longer. */
  headersTimeout: 5_000,
  /** How often Node looks for requests over their time. */
  connectionsCheckingInterval: 1_000
}
/** A client that takes nothing of its answer for this long, in milliseconds, has lost interest. */
export const STALLED_ANSWER_MS = 30_000
/** For calls that wait to end in order when the server stops, in milliseconds. */
export const GOODBYE_MS = 250
export const LIMITS: ServerLimits = {
  /** Bearer tokens and the arguments of calls by GET fit into it many times. */
  maxHeaderBytes: 16_384,
  keepAliveMs: 5_000,
  /** A scraper, a probe, a console and a few shells that watch. */
  maxConnections: 64,
  /** Node takes in all requests of one packet at once, some 1,600: each would render its own answer. */
  maxRequestsPerConnection: 100
}
/** 256 bits, in hexadecimal digits on disk. */
export const TOKEN_BYTES = 32
