import type { BackoffInit } from '@waystone/kit'

/**
 * Waits between dials of a seed. 500 ms: a seed that only restarts is found
 * again within a second. 30 s: a seed that is down for days costs two dials a
 * minute, and one that comes back waits half a minute at most.
 */
export const REDIAL_BACKOFF: BackoffInit = { baseMs: 500, maxMs: 30_000 }

/** Peer store tag of a seed. Not a `keep-alive` tag: libp2p would redial as well, and drop the tag after five failures. */
export const SEED_TAG = 'waystone-seed'

/** Above every tag that libp2p gives by itself (kad-dht and bootstrap use 50), so that seeds are pruned last. */
export const SEED_TAG_VALUE = 100

/** Characters of a peer id in readiness lines; the end differs, the start is the same for all Ed25519 ids. */
export const SHORT_ID_LENGTH = 8
