import { TooManyAnswersError } from '../errors.ts'
import { sample } from '../sample.ts'
import type { Random } from '@waystone/interface'

/** All of a list, or as many as are looked at, chosen by chance: whoever writes long lists does not choose which. */
export function takeSome<T>(
  list: readonly T[],
  most: number,
  { random, faults }: { random: Random; faults: Error[] }
): T[] {
  if (list.length <= most) return [...list]
  faults.push(new TooManyAnswersError(`${list.length} answers, of which ${most} are looked at`))
  return sample(list, most, random)
}
