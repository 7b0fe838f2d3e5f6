/**
 * What goes around a Connect call on a libp2p stream, and its limits. The
 * exchange is drawn in `proto/waystone/rpc/v1/rpc.proto`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/rpc/v1/rpc_pb.ts'

/** What the byte after the length of a frame says. */
export const RPC_FRAME = { head: 0, body: 1, trailers: 2, credit: 3 } as const

/** The longest message, in bytes (design.md, "Limits and defaults"). */
export const RPC_MESSAGE_MAX_BYTES = 1024 * 1024

/** The longest head or trailers, in bytes (design.md, "Limits and defaults"). */
export const RPC_HEAD_MAX_BYTES = 16 * 1024

/** The longest frame: one message of 64 KiB passes in one piece, and a reader never holds much. */
export const RPC_FRAME_MAX_BYTES = 128 * 1024

/**
 * Body bytes that either side may send in a call before it needs credit: twice
 * the longest message and what goes around it, so that a unary call needs none,
 * and well below the 4 MiB that a libp2p stream buffers before it gives up.
 */
export const RPC_WINDOW_BYTES = 2 * (RPC_MESSAGE_MAX_BYTES + 64 * 1024)
