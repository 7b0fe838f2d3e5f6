import { capability } from './capability.ts'
import { KindInvalidError } from './check-names.ts'
import { relayAdvert } from './relay-advert.ts'
import { rendezvous } from './rendezvous.ts'
import type { KindSet, RegistryKind } from './contract.ts'

/** The kinds that every registry has. */
export const KINDS: readonly RegistryKind[] = [relayAdvert, capability, rendezvous]

/**
 * The kinds that every registry has, and more.
 *
 * @throws KindInvalidError - two have one name
 */
export function kindSet(more: readonly RegistryKind[] = []): KindSet {
  const kinds = new Map<string, RegistryKind>()
  for (const kind of [...KINDS, ...more]) {
    if (kinds.has(kind.name)) throw new KindInvalidError(`there are two kinds ${kind.name}`)
    kinds.set(kind.name, kind)
  }
  return kinds
}
