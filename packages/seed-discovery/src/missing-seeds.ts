import { SHORT_ID_LENGTH } from './constants.ts'
import type { SeedStatus } from './contract.ts'

/** What stands between this node and readiness, by the state of its seeds: nothing, or one line. */
export function missingSeeds(seeds: readonly SeedStatus[]): string[] {
  if (seeds.length === 0 || seeds.some(seed => seed.connected)) return []
  const reasons = seeds.map(seed => `…${seed.peerId.slice(-SHORT_ID_LENGTH)} ${seed.lastError ?? 'not dialled yet'}`)
  return [`no seed connected: ${reasons.join(', ')}`]
}
