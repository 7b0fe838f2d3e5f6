import { CID } from 'multiformats/cid'
import { CidInvalidError } from '../errors.ts'
import { MAX_ADMIN_FILE_BYTES, OVERHEAD_BYTES, PART_BYTES } from './constants.ts'
import { explained } from './failures.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { ContentAdminParts } from './contract.ts'

/** Characters of a CID; the longest that can be fetched has some 200. */
const MAX_CID_CHARACTERS = 512

/** A part of a file as it goes to the operator. */
interface FilePart {
  size: bigint
  data: Uint8Array
}

/** @throws ConnectError with the named errors of content and of delegates */
export async function* fetchFile(
  parts: ContentAdminParts,
  request: { cid: string; maxBytes: bigint },
  options: { signal: AbortSignal }
): AsyncGenerator<FilePart> {
  const bytes = await wholeFile(parts, request, options).catch((error: unknown) => {
    throw explained(error)
  })
  const size = BigInt(bytes.length)
  for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES) {
    yield { size, data: bytes.subarray(at, at + PART_BYTES) }
  }
}

async function wholeFile(
  { store, delegate }: ContentAdminParts,
  { cid: text, maxBytes: given }: { cid: string; maxBytes: bigint },
  options: { signal: AbortSignal }
): Promise<Uint8Array> {
  const cid = parseCid(text)
  const maxBytes = given === 0n || given > MAX_ADMIN_FILE_BYTES ? MAX_ADMIN_FILE_BYTES : Number(given)
  // what the delegate gives is kept here first, and then read like everything else
  if (delegate?.using === true && !(await store.has(cid, options))) {
    await copy({ store, delegate }, cid, { ...options, maxBytes: maxBytes + OVERHEAD_BYTES })
  }
  return await store.getFile(cid, { ...options, maxBytes })
}

async function copy(
  { store, delegate }: Required<ContentAdminParts>,
  root: CID,
  options: AbortOptions & { maxBytes: number }
): Promise<void> {
  for await (const { cid, bytes } of delegate?.fetch(root, options) ?? []) await store.putBlock(cid, bytes, options)
}

/** @throws CidInvalidError */
function parseCid(text: string): CID {
  try {
    if (text.length <= MAX_CID_CHARACTERS) return CID.parse(text)
  } catch {
    // told below
  }
  throw new CidInvalidError('this is no CID', { hint: 'give one such as bafkrei…, without /ipfs/ in front of it' })
}
