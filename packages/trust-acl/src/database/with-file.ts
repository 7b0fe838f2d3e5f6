import { equals } from 'multiformats/bytes'
import { MAX_NODES_PER_FILE, MIN_TTL_MS } from './constants.ts'
import { nodesOf } from './entry.ts'
import { TrustFileOutdatedError, TrustFileRefusedError } from './errors.ts'
import type { FetchedTrustFile } from '../contract.ts'
import type { HeldEntry, HeldFile } from './contract.ts'

/**
 * An entry with what was fetched for it.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws TrustFileRefusedError, TrustFileOutdatedError
 */
export function withFile(before: HeldEntry, fetched: FetchedTrustFile, now: number): HeldEntry {
  const { label, kind } = before.entry
  const { record, sequence, ttl, via } = fetched
  if (kind !== 'file') throw new TrustFileRefusedError(`"${label}" is the entry of a single peer`)
  if (before.file !== undefined && sequence < before.file.sequence) {
    throw new TrustFileOutdatedError(`"${label}" has sequence ${before.file.sequence}, and ${sequence} is older`)
  }
  const { ended, error: _error, ...entry } = before.entry
  const read = {
    ...contentOf(before, fetched),
    record,
    sequence,
    via,
    ttl: Math.max(ttl, MIN_TTL_MS),
    fetched: now
  }
  const after = { ...before, entry: { ...entry, ...(ended === 'expired' && { ended }) }, file: read }
  const count = nodesOf(after).length
  if (count <= MAX_NODES_PER_FILE) return after
  throw new TrustFileRefusedError(`the trust file of "${label}" names ${count} nodes, more than ${MAX_NODES_PER_FILE}`)
}

/** The same objects for the same content: nothing then has to be looked at again. */
function contentOf({ file: before }: HeldEntry, fetched: FetchedTrustFile): Pick<HeldFile, 'file' | 'bytes' | 'cid'> {
  const { file, bytes } = before !== undefined && equals(before.bytes, fetched.bytes) ? before : fetched
  return { file, bytes, cid: fetched.cid.toString() }
}
