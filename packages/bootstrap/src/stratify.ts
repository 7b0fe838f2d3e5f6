import { Diversity } from './diversity.ts'
import type { Random } from '@waystone/interface'
import type { DiversityCaps } from './diversity.ts'
import type { Network } from './network.ts'

export interface Placed {
  readonly networks: readonly Network[]
}

/** Peers by the /16 or /32 that they are in. */
export type Strata<T extends Placed> = readonly (readonly T[])[]

export interface SampleInit<T> {
  count: number
  caps: DiversityCaps
  random: Random
  isFit: (item: T) => boolean
}

/** Peers that would fill the sample are looked at until so many of one network were not fit. */
const MAX_UNFIT = 8

/** Puts each into one group; one in two networks is in the first. Pure. */
export function stratify<T extends Placed>(
  items: readonly T[],
  { exemptPrivate }: { exemptPrivate: boolean }
): Strata<T> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item, exemptPrivate)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

/**
 * So many by chance: every network is as likely as every other, however many
 * peers it has. Whoever rents 1,000 addresses of one network gets one place.
 * Draws networks in rounds, so that a second peer of one comes only after all
 * others had their turn. Pure but for the chance; costs what is given, not what is there.
 */
export function sampleSpread<T extends Placed>(strata: Strata<T>, init: SampleInit<T>): T[] {
  const { count, caps, random } = init
  const diversity = new Diversity(caps)
  const [chosen, taken]: [T[], Set<T>] = [[], new Set()]
  const take = (item: T): boolean => init.isFit(item) && diversity.take(item.networks)
  for (let round = 0; round < caps.wide && chosen.length < count; round++) {
    for (const group of drawn(strata, random)) {
      if (chosen.length >= count) break
      const item = pick(group, { random, taken, take })
      if (item !== undefined) chosen.push(item)
    }
  }
  return chosen
}

interface PickInit<T> {
  random: Random
  /** Looked at before, whether it was fit or not. */
  taken: Set<T>
  take: (item: T) => boolean
}

function pick<T>(group: readonly T[], { random, taken, take }: PickInit<T>): T | undefined {
  let unfit = 0
  for (const item of drawn(group, random)) {
    if (taken.has(item)) continue
    taken.add(item)
    if (take(item)) return item
    if (++unfit >= MAX_UNFIT) return undefined
  }
  return undefined
}

/** All, each once, in an order by chance that is made as far as it is read. */
function* drawn<T>(list: readonly T[], random: Random): Generator<T> {
  const moved = new Map<number, T>()
  for (let at = 0; at < list.length; at++) {
    const other = at + Math.floor(random.number() * (list.length - at))
    const item = moved.get(other) ?? list[other]
    const here = moved.get(at) ?? list[at]
    if (here !== undefined) moved.set(other, here)
    if (item !== undefined) yield item
  }
}

function keyOf({ networks: [first] }: Placed, exemptPrivate: boolean): string {
  if (first === undefined) return ''
  return first.isPrivate && exemptPrivate ? first.place : first.wide
}
