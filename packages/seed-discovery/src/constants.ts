import type { BackoffInit } from '@waystone/kit'

/**
 * Waits between dials of a seed. 500 ms: a seed that only restarts is found
 * again within a second. 30 s: a seed that is down for days costs two dials a
 * minute, and one that comes back waits half a minute at most.
 */
export const REDIAL_BACKOFF: BackoffInit = { baseMs: 500, maxMs: 30_000 }

/** Waits between rounds through all bootstrap nodes: what none of them could give, nobody needs within the second. */
export const BOOTSTRAP_BACKOFF: BackoffInit = { baseMs: 1_000, maxMs: 60_000 }

/** Peer store tag of a seed. Not a `keep-alive` tag: libp2p would redial as well, and drop the tag after five failures. */
export const SEED_TAG = 'waystone-seed'

/**
 * Peer store tag of a peer that was a seed and that nobody knows any more:
 * parts that look for peers by themselves, such as a DHT, leave it alone while
 * it lasts. Whoever wants this very peer dials it as ever.
 */
export const DROPPED_SEED_TAG = 'dropped-seed'

/** How long it lasts, in milliseconds: until the queries that know the peer have ended, and not for ever. */
export const DROPPED_SEED_MS = 10 * 60 * 1_000

/** Above every tag that libp2p gives by itself (kad-dht and bootstrap use 50), so that seeds are pruned last. */
export const SEED_TAG_VALUE = 100

/** Every tag of ours begins with it: a connection with another one is kept by another service. */
export const OWN_TAG_PREFIX = 'waystone-'

/** Given by the circuit relay transport to a relay that keeps a reservation; `use-as-relay` decides about it. */
export const RELAY_KEEP_ALIVE_TAG = 'keep-alive-circuit-relay'

/** Characters of a peer id in readiness lines; the end differs, the start is the same for all Ed25519 ids. */
export const SHORT_ID_LENGTH = 8

/** Seeds that a readiness line names: more tell an operator nothing new. */
export const NAMED_SEEDS = 4

/**
 * Nodes of trust files that are kept at one time. Enough that a node is never
 * alone although half of them are down; small enough that a file of 10,000
 * nodes costs every member of its network no more than this.
 */
export const MAX_KEPT = 16

/** Connected peers, relayed ones not counted, with which a node needs no bootstrap: losing one leaves others to ask. */
export const ENOUGH_PEERS = 4

/** Bootstrap nodes that are dialled at one time: the first answer comes soon, and a file of dead nodes makes no storm. */
export const PARALLEL_BOOTSTRAP_DIALS = 3

/** Nodes that one round of bootstrap tries: if all of so many are down, the next round finds others. */
export const MAX_ROUND = 256

/**
 * From a change of the trust database until it is read, in milliseconds: nobody
 * notices it, and an import of 1,000 entries is read some times instead of
 * 1,000, each of which takes a while with 100,000 known nodes.
 */
export const FOLLOW_DELAY_MS = 100

/**
 * Parts of the protocols that libp2p speaks on every connection by itself, and
 * of the DHT: a connection over which nothing else is spoken is in nobody's use.
 */
export const HOUSEKEEPING: readonly string[] = [
  '/ipfs/id/',
  '/ipfs/ping/',
  '/libp2p/autonat/',
  '/libp2p/dcutr',
  '/kad/'
]

/**
 * How long the calls that run over a connection to a seed that is no longer one may go on, in milliseconds. They are
 * control calls, and some are only asked of it because it was a seed; data has protocols of its own, which may end.
 */
export const CALLS_MAY_TAKE_MS = 2_000

/** From one look whether a connection is still in use to the next, in milliseconds. */
export const LOOK_AGAIN_MS = 500

/** How long a connection to a seed that is no longer one may take to close before it is cut, in milliseconds. */
export const CLOSE_TIMEOUT_MS = 1_000

/** The functions of the trust matrix that this service goes by. */
export const BOOTSTRAP = 'use-for-bootstrap'
export const CONNECT = 'connect-on-startup'
export const HOLD = 'hold-and-reconnect'
export const RELAY = 'use-as-relay'
export const OFFER_RELAY = 'offer-relay'

/** The functions of which a seed needs one, to be of use. */
export const SEED_FUNCTIONS: readonly string[] = [BOOTSTRAP, CONNECT, HOLD]

/** From the start of one dial to the start of the next while nobody has answered, in milliseconds (RFC 8305, 5). */
export const STAGGER_MS = 250

/** Bootstrap nodes that are dialled at one time although nobody answers. */
export const MOST_BOOTSTRAP_DIALS = 16
