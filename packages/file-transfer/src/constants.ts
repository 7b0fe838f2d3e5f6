/** Numbers of the file transfer, each with its unit and its reason. */

const KIB = 1024
const MIB = 1024 * KIB
const DAY_MS = 24 * 60 * 60 * 1000

/** Offer, answer and begin each arrive within this, besides the time that hashing a prefix takes. */
export const HANDSHAKE_MS = 10_000

/** A transfer of which no byte moves for this long is broken off; mobile hand-overs take about half. */
export const STALL_MS = 30_000

/** A peer is given up on after this long without any progress. */
export const GIVE_UP_AFTER_MS = 5 * 60_000

/** First wait and longest wait between two attempts. */
export const RETRY_BASE_MS = 500
export const RETRY_MAX_MS = 15_000

/** One attempt to connect, over all addresses and relays of the peer. */
export const CONNECT_MS = 30_000

/** A disk and a hash slower than this, in bytes a second, are not waited for: an old SD card reads 20 MiB/s. */
export const SLOWEST_IO_BYTES_PER_SECOND = 20 * MIB

/** Bytes in one read and one write of the file: larger ones gain nothing, smaller ones cost calls. */
export const CHUNK_BYTES = 512 * KIB

/** A receiver that has this many bytes in hand asks the stream to pause. */
export const READ_HIGH_WATER_BYTES = 2 * MIB

/**
 * What may still arrive after a pause: the largest yamux window (16 MiB) and
 * what is already on the way inside this process. The default of 4 MiB aborts
 * paused streams whose window has grown.
 */
export const MAX_STREAM_BUFFER_BYTES = 20 * MIB

/** Nothing but an offer comes before the answer: twice the largest envelope, so that floods of streams stay small. */
export const MAX_OFFER_BUFFER_BYTES = 16 * KIB

/** 1 TiB: larger files fit no usual disk, so the offer is a mistake. */
export const MAX_FILE_BYTES = 1024 ** 4

/** Inbound transfers at once: each holds a stream, a file and up to 22 MiB. */
export const MAX_TRANSFERS = 16
export const MAX_TRANSFERS_PER_PEER = 4

/** Streams whose offer has not come yet; of more than this the oldest are dropped. */
export const MAX_PENDING_OFFERS = 128

/** Streams of this protocol on one connection. */
export const MAX_STREAMS_PER_CONNECTION = 32

/** Partial files: each may be as large as a file, so few are kept and not for ever. */
export const MAX_PARTS = 64
export const MAX_PART_AGE_MS = 7 * DAY_MS

/** Receipts remembered in case the first did not arrive. */
export const MAX_REMEMBERED_RECEIPTS = 1024

/** Characters of a remote's text that reach an error message. */
export const MAX_REMOTE_TEXT = 256

/** How long a refused sender has to close its stream before it is reset. */
export const LINGER_MS = 5_000
