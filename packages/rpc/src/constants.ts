/** Calls of one peer that run at one time: a browser opens 6 connections to a host, an edge a few dozen calls. */
export const MAX_CALLS_PER_PEER = 64
/** Calls that run at one time, of all peers: each may hold a message of 1 MiB. */
export const MAX_CALLS = 1_024
/** Streams of one connection that carry calls or wait for the next one. */
export const MAX_STREAMS_PER_CONNECTION = 256
/** The same of one peer, over all its connections and whatever service it named to open them. */
export const MAX_STREAMS_PER_PEER = 512
/** The same of all peers: an idle stream holds about 10 KiB. */
export const MAX_STREAMS = 16_384
/** Streams a caller keeps open for its next calls on one connection. */
export const MAX_IDLE_STREAMS = 64
/** A caller closes a stream that it has not used for this long, in milliseconds. */
export const CALLER_IDLE_MS = 30_000
/** The serving peer waits this long for the next head, in milliseconds: longer, so that the caller closes first. */
export const SERVER_IDLE_MS = 60_000
/** The serving peer waits this long for the first head, in milliseconds (design.md: protocol negotiation). */
export const HEAD_MS = 10_000
/** A stream to a peer must be there within this time, in milliseconds (design.md: protocol negotiation). */
export const OPEN_STREAM_MS = 10_000
/** A unary call may take this long when neither side says otherwise, in milliseconds. */
export const UNARY_CALL_MS = 30_000
/** No call that is answered once may take longer, whatever its caller asks for, in milliseconds. */
export const MAX_UNARY_CALL_MS = 10 * 60_000
/** The longest deadline, in milliseconds, about 24 days: with more a platform's timer fires at once. */
export const MAX_CALL_MS = 2 ** 31 - 1
/** Between two messages of a caller nothing may move for this long, in milliseconds; half-open TCP lasts minutes. */
export const REQUEST_IDLE_MS = 120_000
/**
 * A peer that reads not one frame (at most 128 KiB) for this long, or gives no
 * credit for one, in milliseconds, has lost interest.
 */
export const STALLED_WRITE_MS = 30_000
/** What still comes to a call that was answered early is read and dropped for this long, in milliseconds. */
export const LINGER_MS = 10_000
/** Messages that one call may send: a stream that needs more can be opened again. */
export const MAX_MESSAGES = 1_000_000
/** An open connection is waited for this long, in milliseconds. */
export const CONNECT_MS = 30_000
/** Connect ends a handler at its deadline; one that does not listen is left alone this much later, in milliseconds. */
export const GRACE_MS = 100
