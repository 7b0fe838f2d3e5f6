import { KEEP_ALIVE_MS, NEGOTIATION_TIMEOUT_MS } from '@waystone/wire'

/** How often each connection is looked at, in milliseconds. A look compares two numbers. */
export const LOOK_MS = 2_000

/** The looks of {@link LOOK_MS} are spread over so many ticks, or one for each connection if there are fewer. */
export const TICKS_PER_ROUND = 20

/** The part of its time by which a tick may come sooner, so that two nodes do not keep step. */
export const TICK_JITTER = 1 / 4

/**
 * How long a connection may be silent before it is pinged, in milliseconds. A
 * look may come late by {@link LOOK_MS}: together that is `KEEP_ALIVE_MS` at
 * most. It differs each time, so that two nodes do not ping each other in step.
 */
export const PATIENCE_MS = { from: KEEP_ALIVE_MS - 3 * LOOK_MS, to: KEEP_ALIVE_MS - LOOK_MS }

/**
 * How often yamux sends its own pings, of 12 bytes and without a stream, in
 * milliseconds. Often enough that a connection that has nothing else to say
 * is never as silent as {@link PATIENCE_MS}, with seconds to spare for the way.
 */
export const MUXER_PING_MS = (KEEP_ALIVE_MS * 2) / 3

/**
 * How long a peer may take to send anything after it was asked, in
 * milliseconds: as long as a negotiation, the longer half of a ping, may take
 * anyway. What TCP loses three times in a row is sent once more after 7 s.
 */
export const PING_DEADLINE_MS = NEGOTIATION_TIMEOUT_MS

/** When a new connection's round trip is measured, in milliseconds: those made for one lookup are gone by then. */
export const FIRST_PING_MS = { from: 2_000, to: 10_000 }

/** How often a round trip is measured anew, in milliseconds: for the operator's eyes alone. */
export const MEASURE_AGAIN_MS = { from: 240_000, to: 360_000 }

/**
 * The part of all connections that one tick may begin to ping: when all were
 * silent at once, such as after a suspend, their pings take 10 s.
 */
export const MAX_BEGUN_PER_TICK = 1 / 100

/** Pings that may wait for their answers at once: 1,000 peers that are gone at once are found within 20 s more. */
export const MAX_WAITING = 500

/** https://github.com/libp2p/specs/blob/master/ping/ping.md */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0'
export const PING_BYTES = 32
