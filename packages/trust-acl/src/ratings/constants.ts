/** Keeps the measurements, by peer, in the node's datastore. */
export const MEASUREMENTS_PREFIX = '/trust/measured'

/** The function of the trust matrix under which ratings are swapped. */
export const PEER_EXCHANGE = 'peer-exchange'

/**
 * Half-life of everything that was measured, in milliseconds: three days. A
 * relay that went bad is known for it within a week, and one that was down for
 * a weekend has not lost its name.
 */
export const HALF_LIFE_MS = 3 * 24 * 60 * 60 * 1_000

/** After that nobody else's rating counts, in milliseconds: by then it has lost four fifths of its weight. */
export const MAX_RATING_AGE_MS = 7 * 24 * 60 * 60 * 1_000

/** Clock skew that is accepted, in milliseconds. */
export const MAX_SKEW_MS = 60_000

/** Peers whose measurements are kept: what a busy edge meets in a few days, below 1 MiB. */
export const MAX_MEASURED_PEERS = 1_000

/** Addresses that a measurement remembers: TCP, QUIC and WebSockets in two families, and some to spare. */
export const MAX_OWN_ADDRESSES = 8

/** Raters of whom ratings are kept; with 500 ratings each it is what a cluster of seeds has to say. */
export const MAX_RATERS = 64

/** One address of a rated peer, in characters. */
export const MAX_ADDRESS_LENGTH = 256

/** Between two exchanges and checks, in milliseconds: often enough for a half-life of days. */
export const EXCHANGE_INTERVAL_MS = 10 * 60 * 1_000

/** Part of the interval by which it varies, so that a network that started at once does not exchange at once. */
export const EXCHANGE_JITTER = 0.2

/** How soon one caller may exchange again, in milliseconds: reading 500 signatures costs 50 ms. */
export const MIN_EXCHANGE_INTERVAL_MS = 60_000

/** One exchange with one peer, in milliseconds. */
export const EXCHANGE_TIMEOUT_MS = 20_000

/** Peers with which one round exchanges, chosen at random. */
export const MAX_PARTNERS = 8

/** Peers without a connection that one check dials, to see whether they are up. */
export const PROBES_PER_CHECK = 3

/** One such dial, in milliseconds. */
export const PROBE_TIMEOUT_MS = 10_000

/** Measurements from which on a peer is worth telling others about, after decay. */
export const MIN_TOLD_WEIGHT = 2

/** A score from which on a peer counts as good, from 0 to 1. */
export const GOOD_SCORE = 0.8

/** A score that is good enough for the level `peer`. */
export const FAIR_SCORE = 0.6

/** Below it one's own measurements outdo whatever others say. */
export const BAD_SCORE = 0.5

/** Own measurements from which on they have a say of their own, after decay. */
export const OWN_SAY_WEIGHT = 3

/** Own measurements that are a long experience, after decay, … */
export const LONG_WEIGHT = 10

/** … and how long ago the first one must be, in milliseconds: a week, so that nobody is good for one day only. */
export const LONG_SPAN_MS = 7 * 24 * 60 * 60 * 1_000

/** Raters that must agree for `marginal`: one that is bad and one that it deceived are not enough. */
export const MARGINAL_RATERS = 3

/** Raters that must agree for `peer`. */
export const PEER_RATERS = 2

/** Part of all raters with an opinion that must agree. */
export const AGREEING_PART = 2 / 3

/** Ratings of an answer or a request together, in bytes: below the 1 MiB of a message, with room for its framing. */
export const MAX_TOLD_BYTES = 900 * 1024

/** Callers whose last exchange is remembered: more than may have the function at one time. */
export const MAX_CALLERS = 1_000

/** Signatures that are checked before others have their turn: about a millisecond. */
export const CHECKS_A_TURN = 16

/** For how long changes of trust are gathered before everybody is judged again, in milliseconds. */
export const REVIEW_WITHIN_MS = 50
