import type { Random } from '@waystone/interface'

/**
 * Repeatable randomness: mulberry32, a 32-bit generator good enough to spread
 * test inputs and nothing else.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  return { number, bytes: length => Uint8Array.from({ length }, () => Math.floor(number() * 256)) }
}
