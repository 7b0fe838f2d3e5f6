/** The file that says which identities a pool has, beside the slots. */
export const POOL_FILE_NAME = 'pool.json'

/** Slots of a pool: more seeds than any cluster has, and a list of ids that is read in a moment. */
export const MAX_POOL_SIZE = 1_000

/** Bytes of pool.json: an id has 52 characters, and quotes, a comma and a line around it. */
export const MAX_POOL_FILE_BYTES = 128 * 2 ** 10

/** How long a lease lasts unless the config says otherwise, in milliseconds: a renewal, two and a half seconds to try it again in, and five to stop in. */
export const DEFAULT_LEASE_MS = 15_000

/**
 * The parts of a lease. Its duration is the time after which another node has taken the slot over; the holder's own
 * times lie before it, each measured from when its last good renewal began.
 */
export const LEASE_PARTS = {
  /** When the holder renews. */
  renew: 1 / 3,
  /** When a holder that could not renew stops serving; what follows is the time that it has for that. */
  giveUp: 1 / 2,
  /** When the slot is free for others. The rest of the duration is for them to find out. */
  free: 5 / 6,
  /** How often one that waits looks, and how soon a failed renewal is tried again. */
  poll: 1 / 30
}

/** How soon a holder that stops tries again to give its slot back to a folder that another process has locked, in milliseconds. */
export const RELEASE_AGAIN_MS = 50

/** How often the log says that a node still waits for a slot, in milliseconds. */
export const TELL_WAITING_MS = 30_000

/** The variable that holds the PostgreSQL URL where a file cannot. */
export const POSTGRES_VARIABLE = 'WAYSTONE_POOL_POSTGRES'
