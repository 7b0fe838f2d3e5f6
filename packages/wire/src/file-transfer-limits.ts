/**
 * Limits of the messages of `waystone.file.v1`, for those who do not need the messages.
 *
 * @packageDocumentation
 */

/** The largest envelope: names are at most 255 bytes, so 8 KiB leaves room for fields to come. */
export const FILE_FRAME_MAX_BYTES = 8 * 1024

/** Enough that two files of one sender never share an id by chance. */
export const TRANSFER_ID_BYTES = 16

/** Enough that two sends of one sender never share a session by chance. */
export const SESSION_BYTES = 8

export const SHA256_BYTES = 32
