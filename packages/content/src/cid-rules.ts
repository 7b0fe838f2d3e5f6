import { base32 } from 'multiformats/bases/base32'
import { equals } from 'multiformats/bytes'
import { CID } from 'multiformats/cid'
import { code as RAW } from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { sha256 } from 'multiformats/hashes/sha2'
import { MAX_BLOCK_BYTES, MAX_IDENTITY_BYTES } from './constants.ts'
import { BlockHashMismatchError, BlockTooLargeError, UnsupportedCidError } from './errors.ts'

const SHA256_BYTES = 32

/** As in `@ipld/dag-pb`, which is loaded only when a file is read. */
const DAG_PB = 0x70

/** How the codecs of https://github.com/multiformats/multicodec that people meet are called. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x51, 'cbor'],
  [0x71, 'dag-cbor'],
  [0x72, 'libp2p-key'],
  [0x0129, 'dag-json'],
  [0x0200, 'json']
])

/** Whether a block with that codec is kept here. */
export function isSupportedCodec(code: number): boolean {
  return code === RAW || code === DAG_PB
}

/** Whether a hash of that kind and length is one by which blocks are kept; the length matters: a truncated one proves little. */
export function isSupportedHash(code: number, length: number): boolean {
  return code === sha256.code && length === SHA256_BYTES
}

/**
 * The bytes that the CID itself carries, if it is of the identity hash.
 *
 * @throws UnsupportedCidError, BlockTooLargeError
 */
export function checkCid(cid: CID): Uint8Array | undefined {
  if (!isSupportedCodec(cid.code)) {
    const name = NAMES.get(cid.code) ?? `0x${cid.code.toString(16)}`
    throw new UnsupportedCidError(`${cid.toString()} has the codec ${name}`, { hint: 'only raw and dag-pb are kept' })
  }
  const { code, digest } = cid.multihash
  if (code === identity.code) return inlineBytes(digest)
  if (isSupportedHash(code, digest.byteLength)) return undefined
  const hash = `0x${code.toString(16)} of ${digest.byteLength} bytes`
  throw new UnsupportedCidError(`${cid.toString()} has the hash ${hash}`, { hint: 'only sha2-256 of 32 bytes is kept' })
}

function inlineBytes(digest: Uint8Array): Uint8Array {
  if (digest.byteLength <= MAX_IDENTITY_BYTES) return digest
  throw new BlockTooLargeError(
    `an identity CID of ${digest.byteLength} bytes is over the limit of ${MAX_IDENTITY_BYTES}`
  )
}

/**
 * @throws BlockHashMismatchError, BlockTooLargeError
 */
export async function checkBlock(cid: CID, bytes: Uint8Array): Promise<void> {
  if (bytes.byteLength > MAX_BLOCK_BYTES) {
    throw new BlockTooLargeError(`a block of ${bytes.byteLength} bytes is over the limit of ${MAX_BLOCK_BYTES}`)
  }
  if (await isContentOf(cid, bytes)) return
  throw new BlockHashMismatchError(`the bytes are not those of ${cid.toString()}`)
}

/** Whether the bytes have the SHA-256 of the CID. */
export async function isContentOf(cid: CID, bytes: Uint8Array): Promise<boolean> {
  const { digest } = await sha256.digest(bytes)
  return equals(digest, cid.multihash.digest)
}

/** The CID of a file that is one raw block. */
export async function rawCid(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(RAW, await sha256.digest(bytes))
}

/** Under which name a block is kept: CIDs that differ in version or codec only have the same bytes. */
export function blockKey(cid: CID): string {
  return base32.encode(cid.multihash.bytes)
}

/** A CID for the name of a block that was put as raw. */
export function rawCidOfKey(key: string): CID {
  const multihash = base32.decode(key)
  return CID.decode(Uint8Array.from([1, RAW, ...multihash]))
}
