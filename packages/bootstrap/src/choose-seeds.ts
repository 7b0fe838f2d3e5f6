import type { PeerId } from '@libp2p/interface'
import type { Random } from '@waystone/interface'
import type { Network } from './network.ts'

/** Somebody who can be asked. */
export interface Askable {
  readonly peer: PeerId
  readonly id: string
  /** Where it is, as far as that is known. */
  readonly networks: readonly Network[]
  readonly isConnected: boolean
  /** Little of what it handed out was alive. */
  readonly isPoor: boolean
}

/**
 * In which order seeds are asked: poor ones last, connected ones before those
 * that have to be dialled, each by chance; and after the first the first one of
 * another network before all others. Pure but for the chance.
 */
export function orderSeeds<T extends Askable>(seeds: readonly T[], random: Random): T[] {
  const ordered = seeds
    .map(seed => ({ seed, rank: rankOf(seed), draw: random.number() }))
    .sort((a, b) => a.rank - b.rank || a.draw - b.draw)
    .map(({ seed }) => seed)
  const [first, ...rest] = ordered
  if (first === undefined) return []
  const other = rest.find(seed => isElsewhere(seed, first) && !seed.isPoor)
  return other === undefined ? ordered : [first, other, ...rest.filter(seed => seed !== other)]
}

function rankOf({ isPoor, isConnected }: Askable): number {
  return Number(isPoor) * 2 + Number(!isConnected)
}

/** In no /16 or /32 of the other; on one machine, at another port. */
function isElsewhere({ networks }: Askable, other: Askable): boolean {
  const taken = new Set(other.networks.map(keyOf))
  return networks.length > 0 && networks.every(network => !taken.has(keyOf(network)))
}

function keyOf({ isPrivate, place, wide }: Network): string {
  return isPrivate ? place : wide
}
