import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameOf } from '@waystone/kit/error-fields'
import { describe, expect, test } from 'vitest'
import { TrustFileError } from '../../src/trust-file/errors.ts'
import { parseTrustFile } from '../../src/trust-file/parse-trust-file.ts'
import expected from './corpus/expected-errors.json' with { type: 'json' }

const corpus = join(import.meta.dirname, 'corpus')

function failureOf(bytes: Uint8Array): unknown {
  try {
    parseTrustFile(bytes)
  } catch (error) {
    return error
  }
  return undefined
}

test.each(await readdir(join(corpus, 'good')))('%s is read', async name => {
  const bytes = await readFile(join(corpus, 'good', name))
  expect(failureOf(bytes)).toBeUndefined()
})

describe('a bad file', () => {
  test('of the corpus has an error that is expected of it', async () => {
    expect(Object.keys(expected).sort()).toEqual((await readdir(join(corpus, 'bad'))).sort())
  })

  test.each(Object.entries(expected))('%s is refused with %s and a hint', async (name, errorName) => {
    const failure = failureOf(await readFile(join(corpus, 'bad', name)))
    expect(nameOf(failure), String(failure)).toBe(errorName)
    expect(failure instanceof TrustFileError && failure.hint).toMatch(/\w/)
  })

  test.each(Object.entries(expected).filter(([, errorName]) => !/Encoding|TooLarge/.test(errorName)))(
    '%s is told where it is wrong (%s)',
    async (name, errorName) => {
      const failure = failureOf(await readFile(join(corpus, 'bad', name)))
      expect(failure instanceof TrustFileError && failure.place, errorName).toMatchObject({
        line: expect.any(Number),
        column: expect.any(Number)
      })
    }
  )
})
