/** Numbers of the tunnels, each with its unit and its reason. */

const KIB = 1024
const MIB = 1024 * KIB

/** Head and answer each arrive within this, in milliseconds (design.md: protocol negotiation). */
export const HEAD_MS = 10_000

/** A target on this machine or beside it answers at once; one that drops packets does not, in milliseconds. */
export const TARGET_CONNECT_MS = 10_000

/** One attempt to reach the peer, over all its addresses and relays, in milliseconds. */
export const PEER_CONNECT_MS = 30_000

/** The answer comes after the target was connected: both deadlines of the other side, in milliseconds. */
export const ANSWER_MS = HEAD_MS + TARGET_CONNECT_MS

/** What is left to be read of a stream that is over is read for this long, in milliseconds. */
export const LINGER_MS = 5_000

/**
 * Bytes that one side takes of the other before it gives credit: with a round
 * trip of 100 ms that is 40 MiB a second. A tunnel whose local end reads
 * nothing holds this much.
 */
export const WINDOW_BYTES = 4 * MIB

/** Credit is given in parts of this many bytes: more often costs frames, less often makes the other side wait. */
export const CREDIT_BYTES = WINDOW_BYTES / 8

/** Frames that wait inside this process, in bytes: a window, and what goes around its data. */
export const MAX_STREAM_BUFFER_BYTES = 2 * WINDOW_BYTES

/** Nothing but a head comes before the answer, so that floods of streams stay small. */
export const MAX_HEAD_BUFFER_BYTES = 4 * KIB

/** Tunnels that peers have open here at one time, each with a stream, a socket and up to a window. */
export const MAX_TUNNELS = 1_024
/** Of one peer: a browser opens 6 connections to a host, a load test some hundred. */
export const MAX_TUNNELS_PER_PEER = 256
/** To one exposed name, so that a busy one leaves room for others. */
export const MAX_TUNNELS_PER_NAME = 512

/** Connections to one local address that are carried or wait for their tunnel. */
export const MAX_CONNECTIONS_PER_FORWARD = 512

/** Streams whose head has not come yet; of more than this the oldest are dropped. */
export const MAX_PENDING_HEADS = 128

/** Streams of this protocol on one connection. */
export const MAX_STREAMS_PER_CONNECTION = 512

/** TCP may be silent for hours; after this long, in milliseconds, the system asks whether the other end lives. */
export const KEEP_ALIVE_MS = 60_000

/** Events that wait for somebody who watches a forward or an exposure. */
export const MAX_WAITING_EVENTS = 1_000

/** Refusals that are logged and told the operator; the metrics count all. A person reads no more than this. */
export const REFUSALS_LOGGED_AT_ONCE = 100
export const REFUSALS_LOGGED_PER_SECOND = 1
