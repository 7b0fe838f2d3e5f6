/** Registries that a record is brought to by default: two may vanish at once. */
export const REGISTRIES = 3
/** Registries that are asked and compared by default. */
export const ASKED = 2
/** One call may take so long, in milliseconds. */
export const CALL_MS = 10_000
/** Withdrawing everything may hold up a stop for so long, in milliseconds; what is left expires. */
export const FAREWELL_MS = 1_500
/** How much earlier than at half of its lifetime a record may be renewed, as a part of that half. */
export const RENEWAL_JITTER = 0.2
/** The shortest lifetime, in milliseconds: with less a record would be gone before it is everywhere. */
export const LEAST_LIFETIME_MS = 10_000
/** Entries of one node; registries take 64 of a peer by default. */
export const MAX_ENTRIES = 1_000
/** A registry that failed is left alone, in milliseconds. */
export const FAILED_BACKOFF = { baseMs: 2_000, maxMs: 60_000 }
/** One that gave what is not valid, in milliseconds. */
export const LIED_BACKOFF = { baseMs: 60_000, maxMs: 60 * 60_000 }
/** A registry that refused a record is asked again after so long, in milliseconds: its trust, or its room, may have changed. */
export const REFUSED_MS = 5 * 60_000
/** Refusals of one record that are remembered. */
export const MAX_REFUSALS = 16
/** Registries that are remembered; those that left go first. */
export const MAX_REGISTRIES = 256
/** A clock that is further off than this is corrected by those of registries, in milliseconds. */
export const TOLERATED_SKEW_MS = 30_000
/** After the own clock was found to be wrong, in milliseconds. */
export const SIGN_AGAIN_MS = 1_000
/** Records that reached one registry so lately may still be on their way to another, in milliseconds. */
export const UNDER_WAY_MS = 15_000
/** Records that a registry is asked for by name, because it did not give them: at most 16 names fit a filter. */
export const CHECKED_NAMES = 16
/** The most characters of what a registry gives to go on with. */
export const MAX_TOKEN_CHARACTERS = 16_384
/** The largest page (registry.proto). */
export const MAX_PAGE = 200
export const DEFAULT_PAGE = 100
/** Before a watch goes on elsewhere, in milliseconds. */
export const WATCH_BACKOFF = { baseMs: 250, maxMs: 15_000 }
/** Names of records that a watch remembers, to tell after a change of registries what is new and what is gone. */
export const MAX_WATCHED = 250_000
