/**
 * Limits of the messages of `waystone.trust.v1`, for those who do not need the messages.
 *
 * @packageDocumentation
 */
/** Ratings in one message, each way; their bytes have the limit of every message. */
export const MAX_RATINGS = 500

/** Addresses of one rated peer. */
export const MAX_RATING_ADDRESSES = 64

/** One encoded rating, in bytes. */
export const MAX_RATING_BYTES = 8 * 1024
