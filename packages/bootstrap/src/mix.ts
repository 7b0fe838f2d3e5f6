import { Diversity } from './diversity.ts'
import type { DiversityCaps } from './diversity.ts'
import type { SampledPeer } from './answer.ts'
import type { RecordResult } from './metrics.ts'

export interface MixInit {
  caps: DiversityCaps
  count: (result: RecordResult) => void
}

/**
 * One list of the answers of several seeds, which take turns: a seed that names
 * more has no larger part in what is dialled first. Of one peer the newest record
 * counts. The caps hold for each answer and for all together. Pure.
 */
export function mixAnswers(answers: readonly (readonly SampledPeer[])[], { caps, count }: MixInit): SampledPeer[] {
  const newest = newestOf(answers.flat())
  const each = answers.map(peers => within(peers, new Diversity(caps), count))
  const all = new Diversity(caps)
  const mixed = new Map<string, SampledPeer>()
  const rounds = Math.max(0, ...each.map(peers => peers.length))
  for (let round = 0; round < rounds; round++) {
    for (const peers of each) {
      const id = peers[round]?.id
      const peer = id === undefined || mixed.has(id) ? undefined : newest.get(id)
      if (peer === undefined) continue
      if (all.take(peer.networks)) mixed.set(peer.id, peer)
      else count('similar')
    }
  }
  return [...mixed.values()]
}

/** How much of the smaller answer is in the larger one too, 0 to 1; nothing if there are not two. Pure. */
export function overlapOf([one, other]: readonly (readonly SampledPeer[])[]): number | undefined {
  if (one === undefined || other === undefined || one.length === 0 || other.length === 0) return undefined
  const ids = new Set(one.map(({ id }) => id))
  return other.filter(({ id }) => ids.has(id)).length / Math.min(one.length, other.length)
}

function newestOf(peers: readonly SampledPeer[]): Map<string, SampledPeer> {
  const newest = new Map<string, SampledPeer>()
  for (const peer of peers) {
    const known = newest.get(peer.id)
    if (known === undefined || known.sequence < peer.sequence) newest.set(peer.id, peer)
  }
  return newest
}

function within(peers: readonly SampledPeer[], diversity: Diversity, count: MixInit['count']): SampledPeer[] {
  const [kept, similar] = [peers.filter(({ networks }) => diversity.take(networks)), 'similar' as const]
  for (let left = peers.length - kept.length; left > 0; left--) count(similar)
  return kept
}
