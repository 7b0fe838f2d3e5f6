import type { BackoffInit } from '@waystone/kit'

/**
 * Waits between attempts at one relay. 500 ms: a relay that only restarts is
 * used again within a second. 30 s: a relay that is down for days costs two
 * dials a minute, and one that comes back waits half a minute at most.
 */
export const RESERVE_BACKOFF: BackoffInit = { baseMs: 500, maxMs: 30_000 }

/** How long a connected relay may take to say by identify that it serves the hop protocol, in milliseconds. */
export const IDENTIFY_TIMEOUT_MS = 10_000

/**
 * One reservation from request to answer, in milliseconds. The transport's own
 * limits, 5 s to find the connection and 5 s for the answer, come first; this
 * ends what it has lost from its queue.
 */
export const RESERVE_TIMEOUT_MS = 15_000

/**
 * How long before its end a reservation is refreshed, in milliseconds. The
 * transport refreshes only within the last 10 minutes, and tries by itself
 * 5 minutes before the end: this is before that, because two of its own
 * refreshes at one time lose one of the two.
 */
export const REFRESH_BEFORE_MS = 450_000

/** Before the transport's own shortest delay, which is 30 s, for the same reason. In milliseconds. */
export const SHORTEST_REFRESH_DELAY_MS = 20_000

/** Below 2^31 ms, where timers fire at once; a relay may name any end. In milliseconds. */
export const LONGEST_REFRESH_DELAY_MS = 86_400_000

/** Peer store tag of a relay. Not a `keep-alive` tag: libp2p would redial as well, and drop the tag after five failures. */
export const RELAY_TAG = 'waystone-relay'

/** The transport's own tag of a relay that keeps a reservation; libp2p redials whoever has it. */
export const TRANSPORT_TAG = 'keep-alive-circuit-relay'

/** The function of the trust matrix that a relay needs. */
export const USE_AS_RELAY = 'use-as-relay'

/** Above every tag that libp2p gives by itself (kad-dht and bootstrap use 50), so that relays are pruned last. */
export const RELAY_TAG_VALUE = 100

/** Characters of a peer id in readiness lines; the end differs, the start is the same for all Ed25519 ids. */
export const SHORT_ID_LENGTH = 8
