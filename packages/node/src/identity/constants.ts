/** Words of a recovery phrase: 24 words carry 256 bits, as strong as the key itself (BIP-39). */
export const PHRASE_WORDS = 24

/** Bytes of entropy behind a phrase. */
export const PHRASE_ENTROPY_BYTES = 32

/** Largest text in which a phrase is looked for, in bytes; 24 words of 8 letters need 215. */
export const MAX_PHRASE_BYTES = 4_096

/**
 * First level of the derivation path (BIP-43 calls it the purpose): the bytes
 * of `WAYS` as a big-endian number. libp2p has no registered purpose, and a
 * number of our own keeps a phrase that is also a wallet's from ever giving
 * both the same key.
 */
export const PATH_PURPOSE = 0x57_41_59_53

/** Second level: what the keys are for. Identities of nodes are kind 0; other kinds are free for later. */
export const PATH_KIND_NODE = 0

/** Indexes are 31 bits: the topmost bit marks a hardened level (SLIP-0010), and Ed25519 has only those. */
export const MAX_PATH_INDEX = 0x7f_ff_ff_ff

/** Largest key file and largest passphrase, in bytes; a key file has about 600. */
export const MAX_KEY_FILE_BYTES = 4_096
export const MAX_PASSPHRASE_BYTES = 4_096

/** The variable that holds a passphrase where a file cannot. */
export const PASSPHRASE_VARIABLE = 'WAYSTONE_IDENTITY_PASSPHRASE'

/** The key file's name in a data folder. */
export const KEY_FILE_NAME = 'identity.key'

/** Cost of scrypt (RFC 7914): memory is 128·N·r bytes, time grows with N·r·p. */
export interface ScryptCost {
  /** A power of two. */
  N: number
  r: number
  p: number
}

/**
 * Cost for new files: 64 MiB and about a quarter of a second on a 2-core
 * server. One of the equally strong settings of OWASP's password storage cheat
 * sheet; this one, since it takes half the memory of the first on a small relay.
 */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 16, r: 8, p: 2 }

/** A file that asks for more memory than this is not opened, in bytes. */
export const MAX_SCRYPT_MEMORY = 256 * 2 ** 20

/** A file that asks for more work than this is not opened: N·r·p, four times the default, about a second. */
export const MAX_SCRYPT_WORK = 2 ** 22
