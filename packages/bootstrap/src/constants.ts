import type { TokenBucketInit } from '@waystone/kit'

/** Where good peers are kept in the node's datastore, one row each. */
export const GOOD_PEERS_PREFIX = '/good-peers'

/** Good peers that are kept: many times what a start tries, and some 100 KiB. */
export const MAX_GOOD_PEERS = 256

/** Good peers of one /24 or /48, and of one /16 or /32: whoever owns a network owns no more of this node's memory. */
export const GOOD_PEER_CAPS: NetworkCaps = { narrow: 4, wide: 16 }

/** After that a peer that was not reached is forgotten, in milliseconds: two weeks, a holiday. */
export const GOOD_PEER_AGE_MS = 14 * 24 * 60 * 60 * 1_000

/** Half of what earlier meetings count is gone after it, in milliseconds: three days. */
export const RANK_HALF_LIFE_MS = 3 * 24 * 60 * 60 * 1_000

/** Meetings that count: a peer that was there all month is not a hundred times better than one of this week. */
export const MAX_COUNTED_MEETINGS = 16

/** How long a connection must last for its peer to be good, in milliseconds: longer than it takes to be turned away. */
export const GOOD_AFTER_MS = 10_000

/** Between two meetings that are counted, in milliseconds: reconnecting makes nobody better. */
export const MEETING_MS = 60 * 60 * 1_000

/** Addresses of one peer that are remembered: TCP, QUIC, WebSockets and WebRTC in two families. */
export const MAX_ADDRESSES = 8

/** One address, in characters. */
export const MAX_ADDRESS_LENGTH = 256

/** One row in the datastore, in bytes: eight addresses and the rest. */
export const MAX_ROW_BYTES = 4 * 1024

/** Peers with which a node needs no seed: losing one leaves others to ask. */
export const ENOUGH_PEERS = 4

/** Good peers that a start tries: six times as many as it needs. */
export const MAX_FIRST_DIALS = 24

/** Of them at once: as many as are needed and one more, since a whole network may be restarting on a busy machine. */
export const PARALLEL_DIALS = 5

/** From one dial to one more while those that have begun take their time, in milliseconds. */
export const DIAL_DELAY_MS = 250

/** Those with which it begins because they can be asked in the DHT: one of them must answer. */
export const FIRST_ANSWERING = 3

/** Those of one network among them: a start does not stand or fall with one provider. */
export const FIRST_DIAL_CAPS: NetworkCaps = { narrow: 1, wide: 2 }

/** How long good peers have until seeds are asked, in milliseconds: three round trips around the world and a lost packet. */
export const START_MS = 3_000

/** So many times as long at a node that has reached one that can be asked, or shakes hands with one: others may be coming up. */
export const PATIENT_STARTS = 5

/** Time at a start is counted in such steps, in milliseconds. */
export const TICK_MS = 100

/** From one try of all good peers to the next within that time, in milliseconds. */
export const DIAL_AGAIN_MS = 500

/** One dial of a peer, in milliseconds. */
export const DIAL_TIMEOUT_MS = 10_000

/** Records that are asked for when nothing else is said, and at most. */
export const DEFAULT_SAMPLE = 16
export const MAX_SAMPLE = 32

/** One signed peer record, in bytes: 64 addresses of the longest kind do not fit, 30 of the usual ones do. */
export const MAX_RECORD_BYTES = 4 * 1024

/** Addresses of one record that are looked at. */
export const MAX_RECORD_ADDRESSES = 64

/** Addresses of a sampled peer that are dialled. */
export const MAX_DIALLED_ADDRESSES = 4

/** Records of one network in one answer, and of all answers together what is dialled. */
export const SAMPLE_CAPS: NetworkCaps = { narrow: 1, wide: 2 }

/** Seeds that one round asks: two do not lie alike unless they are one. */
export const ASKED_SEEDS = 2

/** Seeds that are asked at one time, when the first ones take long. */
export const MOST_ASKED_SEEDS = 6

/** How long seeds have to answer until one more is asked beside them, in milliseconds: a dial and a call over half the world. */
export const SLOW_SEED_MS = 2_000

/** How long asking takes in all, in milliseconds: nine seeds have been tried by then, and what one gave is of use. */
export const ASKING_TIMEOUT_MS = 15_000

/** One call of a seed, in milliseconds. */
export const CALL_TIMEOUT_MS = 10_000

/** Sampled peers that one round dials: twice what a node needs. */
export const MAX_SAMPLED_DIALS = 8

/**
 * Between two rounds, in milliseconds: an hour, half of it more or less, so
 * that a network that started at once does not ask at once. Also a node with
 * enough good peers asks: whoever surrounded it loses it again.
 */
export const ROUND_MS = 60 * 60 * 1_000

/** Good peers, seeds not counted, from which on a node has enough of them to lose some; a few must answer in the DHT. */
export const STOCKED = 12

/** The first wait of a newcomer while there are fewer, in milliseconds; each one is twice as long, up to that hour. */
export const RESTOCK_MS = 30 * 1_000

/** So often twice as long is the first wait of a node that started from good peers: whoever restarts at once does not ask at once. */
export const RESTOCK_PATIENCE = 4

/** The first wait after a round that brought too little, in milliseconds, and the longest. */
export const RETRY_BACKOFF = { baseMs: 2_000, maxMs: 5 * 60 * 1_000 } as const

/** Seeds whose standing is remembered. */
export const MAX_STANDINGS = 256

/** Peers that count in a standing: what is older loses its weight. */
export const STANDING_WEIGHT = 64

/** A seed with less is asked last; half of the samples may be asleep, but not nine of ten. */
export const POOR_STANDING = 0.25

/** Peers of a seed that must have been tried before it is called poor. */
export const STANDING_MIN_TRIED = 8

/** Peers that a seed knows to have been reached. */
export const MAX_POOL = 2_000

/** How long that is true, in milliseconds. */
export const POOL_AGE_MS = 60 * 60 * 1_000

/** When a peer is dialled back again, in milliseconds: at half of it. */
export const PROBE_AGAIN_MS = POOL_AGE_MS / 2

/** When a peer that could not be dialled back is tried again, in milliseconds; each time four times as long. */
export const PROBE_RETRY_MS = 10_000

/** The longest of these waits, in milliseconds. */
export const PROBE_FAILED_MS = 10 * 60 * 1_000

/** Peers that wait to be dialled back, and peers that are remembered as not reached. */
export const MAX_CANDIDATES = 4_096

/** Dials back at one time. */
export const PARALLEL_PROBES = 4

/** Dials back in all: 2,000 peers each half hour are little more than one a second. */
export const PROBES: TokenBucketInit = { capacity: 20, refillPerSecond: 5 }

/** Dials back into one /24 or /48. */
export const PROBES_PER_NETWORK: TokenBucketInit & { maxKeys: number } = {
  capacity: 8,
  refillPerSecond: 1 / 30,
  maxKeys: 4_096
}

/** One dial back, in milliseconds. */
export const PROBE_TIMEOUT_MS = 5_000

/** Addresses at the peer's own IP that a dial back tries. */
export const MAX_PROBED_ADDRESSES = 2

/** From one look at who is to be dialled back to the next, in milliseconds. */
export const PROBE_TICK_MS = 500

/** How long a connection of a dial back stays, so that what libp2p says on every connection is said, in milliseconds. */
export const PROBE_LINGER_MS = 1_000

/** From one look whether a connection is still used to the next, in milliseconds. */
export const LOOK_AGAIN_MS = 1_000

/** How long its closing may take, in milliseconds. */
export const CLOSE_TIMEOUT_MS = 1_000

/** How often the pool is sorted anew, in milliseconds: 100 newcomers at once share one sorting. */
export const SORT_MS = 1_000

/** What one caller may ask: a start, its retries, and a round each hour. */
export const CALLS_PER_PEER: TokenBucketInit & { maxKeys: number } = {
  capacity: 12,
  refillPerSecond: 1 / 60,
  maxKeys: 10_000
}

/** What all callers of one /24 or /48 may ask: an office, not a flood. */
export const CALLS_PER_NETWORK: TokenBucketInit & { maxKeys: number } = {
  capacity: 128,
  refillPerSecond: 2,
  maxKeys: 10_000
}

/** The functions of the trust matrix that this service goes by. */
export const BOOTSTRAP = 'use-for-bootstrap'
export const CONNECT = 'connect'

/** How many peers may be in one /24 or /48 (`narrow`), and in one /16 or /32 (`wide`). */
export interface NetworkCaps {
  readonly narrow: number
  readonly wide: number
}
