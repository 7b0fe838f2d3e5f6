import type { BackoffInit } from '@waystone/kit'
import type { DialVerdict } from '../contract-sources.ts'

/** Candidates that a source which tells by itself may have: a flood on the local network stays one of this size. */
export const MAX_FED = 256

/** Addresses of one candidate. */
export const MAX_ADDRESSES_OF_ONE = 16

/** Dials of candidates that begin at once at a node that keeps its cluster's members: all of a usual cluster. */
export const DIALS_OF_MEMBERS = 16

/** The same at a node that only needs somebody: the first answer is enough, and seeds are spared. */
export const DIALS_OF_OTHERS = 3

/** Dials of candidates that run at one time, whatever sources say. */
export const MOST_DIALS = 64

/** Dials of candidates: so many at once, and so many a second in the long run, whatever sources say. */
export const DIAL_RATE = { capacity: 64, refillPerSecond: 2 }

/** How long it may take to find out whether somebody who answers is a member after all, in milliseconds. */
export const JUDGE_TIMEOUT_MS = 10_000

/** From one look for a trust file that is not here to the next, while somebody may have it, in milliseconds. */
export const ASK_AGAIN_MS = 250

/** A newer trust file is asked for because of strangers no more often than this, in milliseconds. */
export const REFRESH_GAP_MS = 30_000

/** Strangers at seeds' addresses that are remembered, so that each is told of once. */
export const MAX_REFUSALS = 1_024

/** Addresses that one check dials, so many of them at once, and so many while none of these answers. */
export const MAX_CHECKS = 512
export const CHECKS_AT_ONCE = 8
export const MOST_CHECKS_AT_ONCE = 64

/** From a sign that something changed until candidates are looked through, in milliseconds. */
export const REVIEW_DELAY_MS = 50

/** So long after a dial it shows whether the other side has dialled in the same moment, in milliseconds. */
export const TWO_WAYS_MS = 500

/** A connection that lasted so long was a good one, in milliseconds. */
export const GOOD_CONNECTION_MS = 30_000

const SOON: BackoffInit = { baseMs: 1_000, maxMs: 60_000 }
const LATER: BackoffInit = { baseMs: 30_000, maxMs: 3_600_000 }

/** Waits until a candidate is dialled again, by what came of the last dial. */
export const WAITS: Readonly<Record<DialVerdict, BackoffInit>> = {
  admitted: { baseMs: 500, maxMs: 30_000 },
  unreachable: SOON,
  'wrong-peer': SOON,
  // a trust file that names it starts the waits over
  'not-admitted': LATER,
  // the address may be another machine's one day
  self: LATER
}
