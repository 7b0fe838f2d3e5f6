import { MAX_REFUSALS } from './constants.ts'
import type { DialledSeed } from '../contract-sources.ts'

/** Strangers that answered at seeds' addresses, so that each is told of once at each address. Bounded: the oldest go. */
export class Refusals {
  readonly #told = new Set<string>()

  /** Whether nobody was told of it yet. */
  isNews({ address, peerId }: DialledSeed): boolean {
    const key = `${address} ${peerId ?? ''}`
    if (this.#told.has(key)) return false
    if (this.#told.size >= MAX_REFUSALS) this.#told.delete([...this.#told][0] ?? '')
    this.#told.add(key)
    return true
  }
}
