import { DIGEST_PARTS } from '@waystone/wire/registry'
import { SyncPartnerInvalidError } from './errors.ts'

const PART_BYTES = 8
const DIGESTS_BYTES = DIGEST_PARTS * PART_BYTES

/** What two registries held when one had taken everything from the other that it wanted. */
export interface Settled {
  readonly mine: Uint8Array
  readonly theirs: Uint8Array
}

/**
 * The parts in which two registries differ, but for those that have not
 * changed since all in them was looked at.
 *
 * @throws SyncPartnerInvalidError
 */
export function differingParts(mine: Uint8Array, theirs: Uint8Array, settled?: Settled): number[] {
  if (theirs.length !== DIGESTS_BYTES) throw new SyncPartnerInvalidError(`digests have ${theirs.length} bytes`)
  const parts: number[] = []
  for (let part = 0; part < DIGEST_PARTS; part++) {
    if (samePart(mine, theirs, part)) continue
    const known = settled !== undefined && samePart(mine, settled.mine, part) && samePart(theirs, settled.theirs, part)
    if (!known) parts.push(part)
  }
  return parts
}

function samePart(a: Uint8Array, b: Uint8Array, part: number): boolean {
  for (let index = part * PART_BYTES; index < (part + 1) * PART_BYTES; index++) {
    if (a[index] !== b[index]) return false
  }
  return true
}
