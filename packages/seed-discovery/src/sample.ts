import type { Random } from '@waystone/interface'

/** Some of a list, each at most once, in no order; the list may be long. */
export function sample<T>(list: readonly T[], count: number, random: Random): T[] {
  // a shuffle that ends early and notes only what it moved
  const moved = new Map<number, number>()
  const size = Math.min(count, list.length)
  return Array.from({ length: size }, (_, index) => {
    const other = index + Math.floor(random.number() * (list.length - index))
    const taken = moved.get(other) ?? other
    moved.set(other, moved.get(index) ?? index)
    return list[taken]
  }).filter(item => item !== undefined)
}
