import type { TrustLevel } from '@waystone/interface'

/** Bytes of one part of a block on the wire: the first arrives soon, also over a slow relay. */
export const PART_BYTES = 65_536
/** Bytes of one block: what bitswap carries at most. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024
/** Bytes of one DAG that a delegate sends when the caller names no limit, and at most. */
export const MAX_FETCH_BYTES = 256 * 1024 * 1024
/** Blocks of one DAG: a tree of empty blocks would otherwise cost memory at both ends. */
export const MAX_FETCH_BLOCKS = 65_536
/** Links of one block; a block of 2 MiB can hold 50,000 of them, a UnixFS file uses 174 or 1,024. */
export const MAX_LINKS = 16_384
/** Levels of one DAG; UnixFS files of any size have fewer than 10, folders rarely more than 30. */
export const MAX_DAG_DEPTH = 256
/** Bytes of a CID; the longest usual one (a 64-byte hash) has 68. Identity CIDs carry up to 128 bytes themselves. */
export const MAX_CID_BYTES = 160
/** Bytes of an IPNS record (https://specs.ipfs.tech/ipns/ipns-record/#record-size-limit). */
export const MAX_RECORD_BYTES = 10_240

/** Providers that a caller gets if it names no number. */
export const DEFAULT_PROVIDERS = 20
/** Providers that anybody gets at most, and that a client reads at most. */
export const MAX_PROVIDERS = 100
/** Addresses of one peer that are read; the rest is dropped. */
export const MAX_ADDRESSES = 16
/** Characters of one address: a certified WebRTC address through a relay has some 350. */
export const MAX_ADDRESS_CHARACTERS = 512

/** Milliseconds for a lookup in the DHT, at the delegate. */
export const LOOKUP_MS = 15_000
/** Milliseconds for one block to be found and fetched, at the delegate. */
export const BLOCK_MS = 20_000
/** Milliseconds that a client waits for a whole answer, or for the next part of one; longer than the delegate's own. */
export const ANSWER_MS = 25_000
/** Milliseconds for which a delegate that lied is not asked. */
export const LIAR_MS = 600_000

/** How long a delegate remembers that a thin client has something, in milliseconds: as long as DHTs do. */
export const PROVIDED_MS = 24 * 3_600_000
/** What is remembered of all thin clients, and of one: some 500 bytes each. */
export const MAX_PROVIDED = 10_000
export const MAX_PROVIDED_PER_PEER = 1_000
/** Bytes of a DAG that a delegate copies from a thin client when that provides it; larger ones stay with the client. */
export const MAX_COPY_BYTES = 8 * 1024 * 1024

/** Bytes of all copies for thin clients of one level: what a level's clients copy pushes out no more than that of what else is kept. */
export const MAX_COPIED_BYTES: Readonly<Record<TrustLevel, number>> = {
  blocked: 0,
  none: 16 * 1024 * 1024,
  peer: 16 * 1024 * 1024,
  marginal: 16 * 1024 * 1024,
  trusted: 64 * 1024 * 1024,
  advanced: 128 * 1024 * 1024,
  ultimate: 256 * 1024 * 1024
}

/** Callers whose quota is remembered at one time, of each level: some 200 bytes each. */
export const MAX_QUOTA_KEYS = 10_000
/** IPNS names of which a client remembers the highest sequence: some 100 bytes each. */
export const MAX_SEQUENCES = 1_000
