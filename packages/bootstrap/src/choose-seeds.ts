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
 * that have to be dialled, each by chance. Pure but for the chance.
 */
export function orderSeeds<T extends Askable>(seeds: readonly T[], random: Random): T[] {
  return seeds
    .map(seed => ({ seed, rank: rankOf(seed), draw: random.number() }))
    .sort((a, b) => a.rank - b.rank || a.draw - b.draw)
    .map(({ seed }) => seed)
}

/**
 * Whom to ask next: the first in another network than those who count, if it is no poor one, or else the first. Pure.
 *
 * @param counting - those who have answered, and those who still may
 */
export function nextSeed<T extends Askable>(ordered: readonly T[], counting: readonly Askable[]): T | undefined {
  return ordered.find(seed => !seed.isPoor && counting.every(one => isElsewhere(seed, one))) ?? ordered[0]
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
