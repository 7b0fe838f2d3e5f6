import type { Random } from '@waystone/interface'

/** The machine's randomness. The only place that asks for the real one. */
export const systemRandom: Random = {
  bytes: length => globalThis.crypto.getRandomValues(new Uint8Array(length)),
  number: () => Math.random()
}
