import { equals } from 'multiformats/bytes'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { IpnsFileMismatchError } from './errors.ts'

/** The CID of bytes that are published as one block: version 1, raw, SHA-256. */
export async function rawCid(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(bytes))
}

/** Whether bytes can be checked against this CID without knowing how files are built of blocks. */
export function isRawCid({ code, multihash }: CID): boolean {
  return code === raw.code && multihash.code === sha256.code
}

/** For any block of a file. @throws IpnsFileMismatchError - also for a hash other than SHA-256 */
export async function requireBlock(cid: CID, bytes: Uint8Array): Promise<void> {
  const { digest } = await sha256.digest(bytes)
  if (cid.multihash.code === sha256.code && equals(digest, cid.multihash.digest)) return
  throw new IpnsFileMismatchError(`the bytes are not those of ${cid.toString()}`)
}

/** @throws IpnsFileMismatchError - also for a CID that does not stand for the bytes themselves */
export async function requireRawCid(cid: CID, bytes: Uint8Array): Promise<void> {
  if (isRawCid(cid) && (await rawCid(bytes)).equals(cid)) return
  throw new IpnsFileMismatchError(`the bytes are not those of ${cid.toString()}`)
}
