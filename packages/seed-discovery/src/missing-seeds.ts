import { NAMED_SEEDS, SHORT_ID_LENGTH } from './constants.ts'
import type { SeedStatus } from './contract.ts'

/** What stands between this node and readiness, by the state of the seeds that it dials: nothing, or one line. */
export function missingSeeds(seeds: readonly SeedStatus[]): string[] {
  if (seeds.length === 0 || seeds.some(seed => seed.connected)) return []
  const named = seeds.slice(0, NAMED_SEEDS)
  const reasons = named.map(seed => `…${seed.peerId.slice(-SHORT_ID_LENGTH)} ${seed.lastError ?? 'not dialled yet'}`)
  const more = seeds.length - named.length
  return [`no seed connected: ${reasons.join(', ')}${more > 0 ? `, and ${more} more` : ''}`]
}
