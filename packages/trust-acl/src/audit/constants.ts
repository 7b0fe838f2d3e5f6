/** Denials that are kept. */
export const MAX_DENIALS = 10_000
/** Changes that are kept, and as many refusals and closings: strangers make the latter, and wash no change away. */
export const MAX_OTHERS = 10_000
/** A slow follower may be this many events behind before the oldest are dropped. */
export const MAX_WAITING = 1_000
/** Characters of a subject, function or reason: they may hold what a stranger sent. */
export const MAX_TEXT_LENGTH = 500
/** Functions that denials are counted for by name; further ones are counted together. */
export const MAX_COUNTED_FUNCTIONS = 64
/** Events of one kind that are told at once, and in one second in the long run. */
export const TOLD_AT_ONCE = 20
export const TOLD_PER_SECOND = 1
