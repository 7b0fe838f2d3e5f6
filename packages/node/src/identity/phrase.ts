import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { closest } from 'fastest-levenshtein'
import { MAX_PHRASE_BYTES, PHRASE_ENTROPY_BYTES, PHRASE_WORDS } from './constants.ts'
import { PhraseInvalidError } from './errors.ts'

const WORDS = new Set(wordlist)
/** No word of the list is longer than 8 letters; longer ones are shown cut. */
const SHOWN_LETTERS = 16

/**
 * The recovery phrase for 32 bytes of entropy: 24 English words, the last of
 * which holds a checksum (BIP-39).
 */
export function phraseFromEntropy(entropy: Uint8Array): string {
  if (entropy.byteLength !== PHRASE_ENTROPY_BYTES) throw new PhraseInvalidError('A phrase needs 32 bytes of entropy')
  return entropyToMnemonic(entropy, wordlist)
}

/**
 * The 32 bytes of entropy behind a phrase.
 *
 * @throws PhraseInvalidError - as {@link parsePhrase}
 */
export function entropyFromPhrase(text: string): Uint8Array {
  return mnemonicToEntropy(parsePhrase(text), wordlist)
}

/**
 * What a person typed, as a phrase: lower case, one space between words.
 *
 * @throws PhraseInvalidError - naming the first word that is not in the list
 *   and the nearest one that is, a wrong number of words, or a wrong checksum
 */
export function parsePhrase(text: string): string {
  if (text.length > MAX_PHRASE_BYTES) throw invalid('is too long to be one')
  const words = text.normalize('NFKD').trim().toLowerCase().split(/\s+/).filter(Boolean)
  words.forEach(requireKnown)
  if (words.length !== PHRASE_WORDS) throw invalid(`has ${words.length} words instead of ${PHRASE_WORDS}`)
  const phrase = words.join(' ')
  requireChecksum(phrase)
  return phrase
}

function requireKnown(word: string, index: number): void {
  if (WORDS.has(word)) return
  const shown = JSON.stringify(word.slice(0, SHOWN_LETTERS))
  const nearest = closest(word.slice(0, SHOWN_LETTERS), wordlist)
  throw new PhraseInvalidError(`Word ${index + 1} of the recovery phrase, ${shown}, is not in the BIP-39 word list`, {
    hint: `did you mean ${JSON.stringify(nearest)}? The words are English`
  })
}

function requireChecksum(phrase: string): void {
  try {
    mnemonicToEntropy(phrase, wordlist)
  } catch (cause) {
    throw new PhraseInvalidError('The checksum of the recovery phrase is wrong', {
      cause,
      hint: 'every word is in the list, so one is swapped for another or two changed places: compare with what was written down'
    })
  }
}

function invalid(what: string): PhraseInvalidError {
  return new PhraseInvalidError(`The recovery phrase ${what}`, {
    hint: `give the ${PHRASE_WORDS} words in their order, with spaces between them`
  })
}
