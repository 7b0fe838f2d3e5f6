/** The largest networks start within seconds on a loaded machine with one core; longer means that something is wrong. In milliseconds. */
export const READY_TIMEOUT_MS = 30_000

/** How often it is looked whether all nodes are ready: services say so only when asked. In milliseconds. */
export const READY_POLL_MS = 5

/** All identities follow from it, so that two runs of a test print the same. */
export const DEFAULT_RANDOM_SEED = 1

/** Bytes of an Ed25519 seed (RFC 8032, 5.1.5). */
export const KEY_SEED_BYTES = 32

/** Name of the network; testnets of one process share it and nothing else. */
export const NETWORK = 'testnet'
