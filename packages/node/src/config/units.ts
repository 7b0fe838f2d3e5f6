import { z } from 'zod'

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/
const SIZE_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** A duration such as `500ms`, `30s`, `2m`, `1h`, `7d`; becomes milliseconds. */
export const duration = z
  .string()
  .regex(DURATION, 'must be a duration such as 500ms, 30s, 2m or 1h')
  .transform(text => parse(text, DURATION, DURATION_MS))

/** A size such as `64KiB`, `10MiB`, `1GiB`; becomes bytes. */
export const size = z
  .string()
  .regex(SIZE, 'must be a size such as 512B, 64KiB, 10MiB or 1GiB')
  .transform(text => parse(text, SIZE, SIZE_BYTES))

function parse(text: string, pattern: RegExp, units: Record<string, number>): number {
  const [, amount, unit] = pattern.exec(text) ?? []
  return Math.round(Number(amount) * (units[unit ?? ''] ?? Number.NaN))
}
