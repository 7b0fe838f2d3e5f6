/**
 * Frames and limits of `waystone.tunnel.v1`, for those who do not need the messages.
 *
 * @packageDocumentation
 */
/** What the first byte of a frame says, once a tunnel is open. */
export const TUNNEL_FRAME = { data: 0, credit: 1, end: 2 } as const

/** The longest head, in bytes: a name has 32. */
export const TUNNEL_HEAD_MAX_BYTES = 128

/** The longest frame, in bytes: what one read of a socket brings, and the byte that names it. */
export const TUNNEL_FRAME_MAX_BYTES = 64 * 1024 + 1

/** What a data frame takes of the other side's window, in bytes, even if it is shorter. */
export const TUNNEL_FRAME_MIN_COST = 512

/** The smallest window that a side may offer, in bytes. */
export const TUNNEL_WINDOW_MIN_BYTES = 64 * 1024
