import type { BackoffInit } from '@waystone/kit'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Members say hello so often, in milliseconds (issue: every ten seconds), give or take a fifth so that they do not march in step. */
export const HELLO_MS = 10 * SECOND
export const HELLO_JITTER = 0.2
/** Waits after a Hello that was not answered, in milliseconds: whoever has just started answers soon. */
export const RETRY_BACKOFF: BackoffInit = { baseMs: 500, maxMs: HELLO_MS }
/** How long a Hello may take, in milliseconds: a slow link and a busy seed, and well below the next one. */
export const HELLO_DEADLINE_MS = 5 * SECOND
/** Members are asked for the addresses of others at every so many-th Hello: about each minute, if there is no news. */
export const LIST_EVERY = 6
/** How long a connection may take to answer a ping before its other end counts as gone, in milliseconds. */
export const PING_DEADLINE_MS = 3 * SECOND
/** How long one member may take when the operator has all of them asked, in milliseconds: a dial and a Hello. */
export const CHECK_DEADLINE_MS = 5 * SECOND
/** So long after a member was connected, or somebody said where it is, it counts as one that runs, in milliseconds. */
export const RUNNING_MS = 60 * MINUTE
/** Members whose addresses are looked up in the peer store when the list of them comes. */
export const MAX_LOOKED_UP = 256
/** Members that are asked at one time then. */
export const MAX_PARALLEL_CHECKS = 16

/** Who came or went is told to all others so soon, in milliseconds: many who start at once are one piece of news. */
export const NEWS_DELAY_MS = 500
/** While there is news again and again the delay doubles up to this: of twenty who start at once each would call all others all the time. */
export const MAX_NEWS_DELAY_MS = 4 * SECOND
/** After so long without news the delay is the shortest again, in milliseconds. */
export const NEWS_QUIET_MS = 10 * SECOND
/** Calls of one peer at once, and a second: a member whose cluster starts has news twice a second, and asks as often. */
export const HELLO_BURST = 20
export const HELLOS_PER_SECOND = 5
/** Callers of whom that is counted: more than the members that a seed is connected to. */
export const MAX_COUNTED_CALLERS = 1_024
/** Runs with one key that are told apart: two are a fault, more only an attack by whoever holds the key. */
export const MAX_INSTANCES = 4
/** Other runs with the key of this node that it notes: only the holder of the key makes them, at one in each Hello. */
export const MAX_TOLD_INSTANCES = 1_024
/** So long after another run with the key of this node spoke last it counts as one that runs, in milliseconds: some Hellos. */
export const TWICE_FOR_MS = MINUTE
/** A member that is no longer one gets so long to fetch the trust file that says so, in milliseconds. */
export const DROP_AFTER_MS = 5 * SECOND

/** By how much clocks may differ, in milliseconds (design.md, "Limits and defaults"). */
export const MAX_CLOCK_SKEW_MS = MINUTE

/** Other members that a seed is to be connected to; the mesh is full up to this number (issue). */
export const FULL_MESH = 16

/** A newer trust file is looked for so often at most, in milliseconds: a look asks the DHT and 16 peers. */
export const REFRESH_PAUSE_MS = 5 * SECOND
/** A member that claims a newer file is believed so often, though no look found it. */
export const MAX_FALSE_CLAIMS = 3
/** Then not for so long, in milliseconds. */
export const IGNORE_CLAIMS_MS = 10 * MINUTE

/** Peer records that are checked before others have their turn: some 5 ms, and 20 of the largest. */
export const CHECKS_A_TURN = 8
/** Bytes of all peer records in one answer: far below the largest message. */
export const MAX_RECORDS_BYTES = 512 * 1024
/** Addresses that are taken of one record. */
export const MAX_ADDRESSES = 16
/** Characters of a version that are shown. */
export const MAX_VERSION_LENGTH = 64
/** Bytes of a registry's digest. */
export const MAX_DIGEST_BYTES = 32
/** For so long all Hellos have to show another registry than this node's before it is called a disagreement, in milliseconds: registries compare every ten seconds. */
export const DIFFERING_MS = 25 * SECOND
