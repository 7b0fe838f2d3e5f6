import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entropyFromPhrase, parsePhrase, phraseFromEntropy } from '../../src/identity/phrase.ts'
import { BIP39_VECTORS } from './vectors.ts'

const PHRASE = BIP39_VECTORS[4]!.phrase

function refusal(text: string): { name: string; message: string; hint?: string | undefined; exitCode?: number } {
  try {
    parsePhrase(text)
  } catch (error) {
    return error as Error & { hint?: string; exitCode?: number }
  }
  throw new Error('was not refused')
}

describe('a recovery phrase', () => {
  test('carries any 32 bytes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), entropy => {
        expect(entropyFromPhrase(phraseFromEntropy(entropy))).toEqual(entropy)
      })
    )
  })

  test('may be typed in capitals and over several lines', () => {
    const typed = `  ${PHRASE.toUpperCase().split(' ').join('\r\n\t ')}\n`
    expect(parsePhrase(typed)).toBe(PHRASE)
  })

  test('with a misspelt word is refused with the word, its place and the nearest one', () => {
    const error = refusal(PHRASE.replace('diagram', 'diagrem'))
    expect(error.name).toBe('PhraseInvalidError')
    expect(error.message).toContain('Word 2')
    expect(error.message).toContain('"diagrem"')
    expect(error.hint).toContain('"diagram"')
    expect(error.exitCode).toBe(2)
  })

  test('with two words swapped is refused for its checksum', () => {
    const error = refusal(PHRASE.replace('hamster diagram', 'diagram hamster'))
    expect(error.name).toBe('PhraseInvalidError')
    expect(error.message).toContain('checksum')
  })

  test.each([12, 23, 25])('of %s words is refused with the count', count => {
    const words = Array.from({ length: count }, () => 'zoo').join(' ')
    expect(refusal(words)).toMatchObject({
      name: 'PhraseInvalidError',
      message: expect.stringContaining(`${count} words`)
    })
  })

  test.each(['', '  \n ', '\u001B[2Jzoo', 'zoo '.repeat(5_000), 'x'.repeat(4_000)])(
    'is never %j, and the refusal is short and without control characters',
    text => {
      const error = refusal(text)
      expect(error.name).toBe('PhraseInvalidError')
      expect(error.message.length).toBeLessThan(150)
      expect(error.message).not.toContain('\u001B')
    }
  )

  test('whatever the text, is refused by name or accepted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
        expect(refusal(text).name).toBe('PhraseInvalidError')
      })
    )
  })
})
