import { IpnsCycleError, IpnsTooManyHopsError } from './errors.ts'
import { MAX_HOPS } from './constants.ts'
import { parseIpnsValue } from './value.ts'
import type { CID } from 'multiformats/cid'
import type { FindRecordOptions, FoundRecord, Resolver } from './resolver.ts'

/** Where a name leads to in the end. */
export interface FollowedName {
  /** The record of the name itself. */
  readonly found: FoundRecord
  readonly cid: CID
  /** Through folders, without a slash in front; may be empty. */
  readonly path: string
}

/**
 * Follows a record, and those of the names that it points to.
 *
 * @throws IpnsCycleError, IpnsTooManyHopsError, and what {@link Resolver.resolve} throws
 */
export async function follow(
  resolver: Pick<Resolver, 'resolve'>,
  found: FoundRecord,
  options: FindRecordOptions
): Promise<FollowedName> {
  const seen = new Set([found.record.name.text])
  const path: string[] = []
  let { value } = found.record
  for (let hops = 0; ; hops++) {
    const target = parseIpnsValue(value)
    if (target.path !== '') path.unshift(target.path)
    if (target.kind === 'ipfs') return { found, cid: target.cid, path: path.join('/') }
    const { text } = target.name
    if (seen.has(text)) throw new IpnsCycleError(`${[...seen, text].join(' -> ')} is a circle`)
    if (hops === MAX_HOPS) throw new IpnsTooManyHopsError(`${text} is more than ${MAX_HOPS} names away`)
    seen.add(text)
    // only the first name has a way of its own to be late by
    const next = await resolver.resolve(target.name, { signal: options.signal, subject: options.subject })
    value = next.record.value
  }
}
