import type { RequestTimes, ServerLimits } from '../http/limited-server.ts'

export const LIMITS: ServerLimits = {
  /** A URL with a long path and the headers of browsers. */
  maxHeaderBytes: 8_192,
  keepAliveMs: 5_000,
  /** Strangers: enough for a page with many blocks in many browsers. */
  maxConnections: 256,
  /** Browsers open six to one host; an office has several. */
  maxConnectionsPerIp: 32,
  maxRequestsPerConnection: 1_000
}

export const REQUEST_TIMES: RequestTimes = {
  /** For a record of 10 KiB at most, over a slow line. */
  requestTimeout: 10_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000
}

/** A client that takes nothing of its answer for this long, in milliseconds, has lost interest. */
export const STALLED_ANSWER_MS = 15_000
/** For answers that are under way when the server stops, in milliseconds. */
export const GOODBYE_MS = 250
