/** Records on a page, by default and at most: 200 of the largest fit into a message of 1 MiB. */
export const PAGE = { size: 100, most: 200 }

/** Records that one peer registers or renews: all it may have twice over at once, then two a second. */
export const PEER_RECORDS = { capacity: 256, refillPerSecond: 2, maxKeys: 10_000 }

/** The same for one IPv4 /24 or IPv6 /48: all it may have at once, and each once a minute. */
export const NETWORK_RECORDS = { capacity: 512, refillPerSecond: 8, maxKeys: 10_000 }

/** Records of several calls that are put with one transaction: some 15 ms of the event loop. */
export const MAX_PUT_TOGETHER = 128

/** Queries of one peer. */
export const PEER_QUERIES = { capacity: 500, refillPerSecond: 50, maxKeys: 10_000 }

/** The same for one IPv4 /24 or IPv6 /48: an office that starts. One query takes up to 5 ms. */
export const NETWORK_QUERIES = { capacity: 2_000, refillPerSecond: 100, maxKeys: 10_000 }

/**
 * Steps of queries beyond the first of each, some 5 ms each: a quarter of one core. One that no index serves takes 40 of
 * 100,000 records, one of 64 parts too many.
 */
export const PEER_STEPS = { capacity: 500, refillPerSecond: 50, maxKeys: 10_000 }

/** The same for one IPv4 /24 or IPv6 /48. */
export const NETWORK_STEPS = { capacity: 1_000, refillPerSecond: 100, maxKeys: 10_000 }

/** What a watch counts for among queries: it looks at all records. */
export const WATCH_QUERIES = 25

/** Watches at one time; each has 16 KiB, and looks at whatever changes. */
export const WATCHERS = { most: 512, perPeer: 8, perNetwork: 64 }

/** Characters of what a watch goes on from. */
export const MAX_RESUME_LENGTH = 64
