/** Bytes of a file that one call gets at most: it is in memory as a whole, to be verified first. */
export const MAX_ADMIN_FILE_BYTES = 64 * 1024 * 1024
/** Bytes of one part of an answer: messages may have four times as many. */
export const PART_BYTES = 256 * 1024
/** Bytes of blocks that are read for a file beyond the file itself: their links and names. */
export const OVERHEAD_BYTES = 4 * 1024 * 1024
