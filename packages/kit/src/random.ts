import { getRandomValues } from 'node:crypto'
import type { Random } from '@waystone/interface'

/** The machine's randomness. The only place that asks for the real one. */
export const systemRandom: Random = {
  bytes: length => getRandomValues(new Uint8Array(length)),
  number: () => Math.random()
}
