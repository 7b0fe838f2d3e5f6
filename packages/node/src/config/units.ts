import { z } from 'zod'

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Timers count milliseconds in 31 bits; a longer one fires at once. */
const MAX_DURATION_MS = 2 ** 31 - 1
/** The longest time for which anything is kept without being renewed. */
const MAX_LONG_DURATION_MS = 730 * 86_400_000
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/
const SIZE_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

const DURATION_EXPECTED = 'must be a duration such as 500ms, 30s, 2m, 1h or 7d'
const SIZE_EXPECTED = 'must be a size such as 512B, 64KiB, 10MiB or 1GiB'

function parse(text: string, pattern: RegExp, units: Record<string, number>): number {
  const [, amount, unit] = pattern.exec(text) ?? []
  return Math.round(Number(amount) * (units[unit ?? ''] ?? Number.NaN))
}

function durationMs(text: string): number {
  return parse(text, DURATION, DURATION_MS)
}

function sizeBytes(text: string): number {
  return parse(text, SIZE, SIZE_BYTES)
}

/** A duration such as `500ms`, `30s`, `2m`, `1h`, `7d`, from 1ms to 24d; becomes milliseconds. */
export const duration = z
  .string({ error: DURATION_EXPECTED })
  .regex(DURATION, { error: DURATION_EXPECTED, abort: true })
  .refine(text => durationMs(text) >= 1 && durationMs(text) <= MAX_DURATION_MS, 'must be between 1ms and 24d')
  .transform(durationMs)

/** As {@link duration}, up to two years (`730d`): for what is compared with a date, not waited for. */
export const longDuration = z
  .string({ error: DURATION_EXPECTED })
  .regex(DURATION, { error: DURATION_EXPECTED, abort: true })
  .refine(text => durationMs(text) >= 1 && durationMs(text) <= MAX_LONG_DURATION_MS, 'must be between 1ms and 730d')
  .transform(durationMs)

/** A size such as `64KiB`, `10MiB`, `1GiB`, at least one byte; becomes bytes. */
export const size = z
  .string({ error: SIZE_EXPECTED })
  .regex(SIZE, { error: SIZE_EXPECTED, abort: true })
  .refine(text => sizeBytes(text) >= 1 && Number.isSafeInteger(sizeBytes(text)), 'must be between 1B and 8388607GiB')
  .transform(sizeBytes)

/** A duration or the word `unlimited`. */
export const durationOrUnlimited = z.union([duration, z.literal('unlimited')], {
  error: 'must be a duration such as 30s, 2m or 1h, at most 24d, or unlimited'
})

/** A size or the word `unlimited`. */
export const sizeOrUnlimited = z.union([size, z.literal('unlimited')], {
  error: 'must be a size such as 64KiB, 10MiB or 1GiB, or unlimited'
})
