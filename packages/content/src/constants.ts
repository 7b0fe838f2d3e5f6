/** Numbers of the content store, each with its unit and its reason. */

const KIB = 1024
const MIB = 1024 * KIB

/** Bytes of a file that `put` takes as one raw block: kubo's own limit for one block that it adds. */
export const MAX_PUT_BYTES = MIB

/** Bytes of any block: what every bitswap implementation takes (https://specs.ipfs.tech/bitswap-protocol/#block-sizes). */
export const MAX_BLOCK_BYTES = 2 * MIB

/** Bytes inside an identity CID, which is name and content at once. */
export const MAX_IDENTITY_BYTES = 128

/** Bytes of all blocks, if the config says nothing. */
export const DEFAULT_MAX_BYTES = 1024 * MIB

/** What a block counts at least, in bytes: key, index entry and page of the database cost that much, and it bounds their number. */
export const MIN_BLOCK_COST = 4 * KIB

/** How old the stored time of the last use may become, in milliseconds; newer uses are only kept in memory. */
export const USE_GRAIN_MS = 60 * 60_000

/** A block from the network, all attempts together, in milliseconds. */
export const FETCH_MS = 60_000
/** One attempt, in milliseconds: an answer may get lost with its stream, and nothing would tell. */
export const ATTEMPT_MS = 20_000
/** A whole file, in milliseconds. */
export const FILE_MS = 5 * 60_000

/** Peers that one fetch asks at once. */
export const MAX_SESSION_PEERS = 5
/** Providers that are taken from the DHT for one block. */
export const MAX_PROVIDERS = 20
/** After a provider, before the next is looked for, in milliseconds: for one on another continent to be asked and to answer. */
export const PROVIDER_PAUSE_MS = 750
/** Blocks that are fetched at once; further ones wait. */
export const MAX_FETCHES = 32

/** Blocks of one file, folders on the way included: 1 GiB in blocks of 256 KiB. */
export const MAX_FILE_BLOCKS = 4_096
/** Levels of links below a file's root: with kubo's 174 links a block, four hold 900 million blocks. */
export const MAX_FILE_DEPTH = 16
/** Folders on the way to a file. */
export const MAX_PATH_SEGMENTS = 32
/** Bytes of blocks that are read for a file, beyond the file itself: its links and names. */
export const MAX_FILE_OVERHEAD_BYTES = 4 * MIB

/** Between two announcements of what is kept here, in milliseconds: records of providers last 48 h, and go at 24 h from many nodes. */
export const REPROVIDE_MS = 22 * 60 * 60_000
/** First and longest wait after an announcement that failed, in milliseconds. */
export const PROVIDE_RETRY_BASE_MS = 15_000
export const PROVIDE_RETRY_MAX_MS = 60 * 60_000
/** One announcement, in milliseconds: a walk through the DHT and twenty calls. */
export const PROVIDE_MS = 60_000

/** Bytes of one bitswap message: the protocol's own limit, 4 MiB. */
export const MAX_MESSAGE_BYTES = 4 * MIB
/** Wants in one message and of one peer; what boxo keeps of a peer, too. */
export const MAX_WANTS = 1_024
/** Blocks, and presences, in one message. */
export const MAX_ANSWERS = 1_024
/** Bytes of a CID inside a message: the longest that is served has 36. */
export const MAX_WIRE_CID_BYTES = 256
/** For one message to arrive or to leave, in milliseconds: 4 MiB over a slow line. */
export const MESSAGE_MS = 30_000
/** Bitswap streams that are read at once, of all peers: each may hold one message. */
export const MAX_INBOUND_STREAMS = 64
/** Bitswap streams of one connection: Helia opens one for each message. */
export const MAX_STREAMS_PER_CONNECTION = 16
/** Bitswap streams that are written at once. */
export const MAX_SENDS = 32
/** A block that was sent goes to the same peer again after this, in milliseconds. */
export const RESEND_MS = 5_000
