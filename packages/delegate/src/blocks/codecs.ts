import * as dagCbor from '@ipld/dag-cbor'
import * as dagPb from '@ipld/dag-pb'
import { createUnsafe } from 'multiformats/block'
import { CID } from 'multiformats/cid'
import * as json from 'multiformats/codecs/json'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { MAX_CID_BYTES, MAX_LINKS } from '../constants.ts'
import { BlockMalformedError, BlockMismatchError, CidUnsupportedError, FetchTooLargeError } from '../errors.ts'
import type { BlockDecoder } from 'multiformats/codecs/interface'
import type { MultihashHasher } from 'multiformats/hashes/interface'

const CODECS = new Map<number, BlockDecoder<number, unknown>>(
  [raw, json, dagPb, dagCbor].map(codec => [codec.code, codec])
)
const HASHES = new Map<number, Pick<MultihashHasher, 'digest'>>([sha256, sha512].map(hash => [hash.code, hash]))

/** A CID in which the bytes themselves stand. */
export function inlineBytes({ multihash }: CID): Uint8Array | undefined {
  return multihash.code === identity.code ? multihash.digest : undefined
}

/**
 * Reads a CID that came from outside.
 *
 * @throws CidUnsupportedError
 */
export function readCid(given: Uint8Array | string): CID {
  if (given.length > MAX_CID_BYTES * 2) throw unsupported('it is too long')
  try {
    return assertSupported(typeof given === 'string' ? CID.parse(given) : CID.decode(given))
  } catch (cause) {
    if (cause instanceof CidUnsupportedError) throw cause
    throw unsupported('it cannot be parsed', cause)
  }
}

/**
 * Lets through what can be verified here.
 *
 * @throws CidUnsupportedError
 */
export function assertSupported(cid: CID): CID {
  if (cid.byteLength > MAX_CID_BYTES) throw unsupported('it is too long')
  if (!CODECS.has(cid.code)) throw unsupported(`nothing here reads the codec 0x${cid.code.toString(16)}`)
  const { code } = cid.multihash
  if (code !== identity.code && !HASHES.has(code))
    throw unsupported(`nothing here checks the hash 0x${code.toString(16)}`)
  return cid
}

/** @throws BlockMismatchError */
export async function verifyBlock(cid: CID, bytes: Uint8Array): Promise<void> {
  const { code, digest } = cid.multihash
  const actual = code === identity.code ? { digest: bytes } : await HASHES.get(code)?.digest(bytes)
  if (actual === undefined || !sameBytes(actual.digest, digest)) {
    throw new BlockMismatchError(`the bytes are not those of ${cid.toString()}`)
  }
}

/**
 * The CIDs that a block links to, in their order. One that cannot be verified
 * here ends it: nobody could tell whether the rest is complete.
 *
 * @throws BlockMalformedError, FetchTooLargeError, CidUnsupportedError
 */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  const codec = CODECS.get(cid.code)
  if (codec === undefined) throw unsupported('nothing here reads its codec')
  if (codec.code === raw.code || codec.code === json.code) return []
  const links: CID[] = []
  for (const link of decodedLinks(cid, bytes, codec)) {
    if (links.length >= MAX_LINKS) throw new FetchTooLargeError(`a block has more than ${MAX_LINKS} links`)
    links.push(assertSupported(link))
  }
  return links
}

function decodedLinks(cid: CID, bytes: Uint8Array, codec: BlockDecoder<number, unknown>): CID[] {
  try {
    return Array.from(createUnsafe({ cid, bytes, codec }).links(), ([, link]) => link)
  } catch (cause) {
    throw new BlockMalformedError(`the block ${cid.toString()} cannot be decoded`, { cause })
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function unsupported(why: string, cause?: unknown): CidUnsupportedError {
  return new CidUnsupportedError(`the CID cannot be used: ${why}`, {
    hint: 'give a CID such as bafybei…, of raw, dag-pb, dag-cbor or json, hashed with SHA-256 or SHA-512',
    cause
  })
}
