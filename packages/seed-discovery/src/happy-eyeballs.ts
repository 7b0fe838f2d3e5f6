import { STAGGER_MS } from './constants.ts'
import { Staggered } from '@waystone/kit'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '@waystone/interface'

/**
 * Puts addresses of one kind and of the other in turns, as RFC 8305 (4) wants
 * it: IPv6, IPv4, names. A network that lacks one of them then costs one delay.
 * Within a kind they stay in the order given.
 */
export function interleaveFamilies(addresses: readonly Multiaddr[]): Multiaddr[] {
  const kinds = new Map<string, Multiaddr[]>(['ip6', 'ip4', 'other'].map(kind => [kind, []]))
  for (const address of addresses) (kinds.get(familyOf(address)) ?? []).push(address)
  const lists = [...kinds.values()]
  const longest = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap(list => list[index] ?? [])).flat()
}

function familyOf(address: Multiaddr): string {
  const name = address.getComponents()[0]?.name
  return name === 'ip4' || name === 'ip6' ? name : 'other'
}

export interface RaceInit<T, R> {
  attempt: (item: T, options: { signal: AbortSignal }) => Promise<R>
  /** Called with what came although another one had won. */
  discard: (result: R) => void
  signal: AbortSignal
  clock: Clock
}

/**
 * Tries one after the other: the next one when the last has failed, or has
 * taken 250 ms. The first that succeeds ends the others.
 *
 * @throws AggregateError - all failed; the signal's reason
 */
export async function race<T, R>(items: readonly T[], init: RaceInit<T, R>): Promise<R> {
  const [queue, errors, ending] = [[...items], new Array<unknown>(), new AbortController()]
  const signal = AbortSignal.any([init.signal, ending.signal])
  const won = Promise.withResolvers<R>()
  const work = async (item: T): Promise<void> => {
    try {
      const result = await init.attempt(item, { signal })
      if (signal.aborted) return init.discard(result)
      won.resolve(result)
      ending.abort()
    } catch (error) {
      errors.push(error)
    }
  }
  const next = (): T | undefined => (signal.aborted ? undefined : queue.shift())
  const attempts = new Staggered({
    next,
    work,
    atOnce: () => 1,
    most: items.length,
    delayMs: STAGGER_MS,
    clock: init.clock
  })
  void attempts.done().then(() => won.reject(init.signal.aborted ? init.signal.reason : failure(errors)))
  try {
    return await won.promise
  } finally {
    attempts.stop()
  }
}

function failure(errors: unknown[]): unknown {
  return errors.length === 1 ? errors[0] : new AggregateError(errors, 'no address could be reached')
}
