import { NAMED_SEEDS, SHORT_ID_LENGTH } from './constants.ts'
import type { SeedStatus } from './contract.ts'
import type { SourceStatus } from './contract-sources.ts'

/** What stands between this node and readiness, by the state of the seeds that it dials: nothing, or one line. */
export function missingSeeds(seeds: readonly SeedStatus[]): string[] {
  if (seeds.length === 0 || seeds.some(seed => seed.connected)) return []
  const named = seeds.slice(0, NAMED_SEEDS)
  const reasons = named.map(seed => `…${seed.peerId.slice(-SHORT_ID_LENGTH)} ${seed.lastError ?? 'not dialled yet'}`)
  const more = seeds.length - named.length
  return [`no seed connected: ${reasons.join(', ')}${more > 0 ? `, and ${more} more` : ''}`]
}

/**
 * The same for a node that has to find its seeds first.
 *
 * @param isBlind - whether the trust file that would name them is not here
 */
export function missingSources(sources: readonly SourceStatus[], isBlind: boolean): string[] {
  const reasons = sources.flatMap(({ source, target, found, refused, error }) => {
    if (error !== undefined) return [`${source} ${target}: ${error}`]
    if (source !== 'dns' && source !== 'url') return []
    return [`${source} ${target}: ${found} found, ${refused} of them no seeds`]
  })
  const all = [...(isBlind ? ['the trust file of the cluster is not here yet'] : []), ...reasons]
  return [`no seed connected: ${all.length === 0 ? 'none is known' : all.slice(0, NAMED_SEEDS).join(', ')}`]
}
