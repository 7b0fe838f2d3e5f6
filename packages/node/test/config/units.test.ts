import { describe, expect, test } from 'vitest'
import { duration, size } from '../../src/config/units.ts'

describe('units', () => {
  test.each([
    ['1ms', 1],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['24d', 24 * 86_400_000]
  ])('the duration %s is %d ms', (text, ms) => expect(duration.parse(text)).toBe(ms))

  test.each(['', '5', '5 s', '-1s', '1e3s', '0ms', '0.0001ms', '25d', `${'9'.repeat(400)}s`, '1s\n'])(
    'the duration %j is refused',
    text => expect(duration.safeParse(text).success).toBe(false)
  )

  test.each([
    ['1B', 1],
    ['0.5KiB', 512],
    ['3MiB', 3 * 2 ** 20],
    ['2GiB', 2 ** 31]
  ])('the size %s is %d bytes', (text, bytes) => expect(size.parse(text)).toBe(bytes))

  test.each(['', '5', '5MB', '0B', '-1B', '9999999999GiB', '1TiB'])('the size %j is refused', text =>
    expect(size.safeParse(text).success).toBe(false)
  )
})
