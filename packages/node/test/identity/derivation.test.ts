import { HDKey } from 'micro-key-producer/slip10.js'
import { mnemonicToSeedWebcrypto } from '@scure/bip39'
import { describe, expect, test } from 'vitest'
import { deriveIdentityKey, deriveSeed, identityPath } from '../../src/identity/derivation.ts'
import { entropyFromPhrase, phraseFromEntropy } from '../../src/identity/phrase.ts'
import { BIP39_VECTORS, SLIP10_VECTORS } from './vectors.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

describe('BIP-39 test vectors', () => {
  test.each(BIP39_VECTORS)('entropy $entropy is the phrase, and back', async ({ entropy, phrase, seed }) => {
    expect(phraseFromEntropy(unhex(entropy))).toBe(phrase)
    expect(hex(entropyFromPhrase(phrase))).toBe(entropy)
    expect(hex(await mnemonicToSeedWebcrypto(phrase, 'TREZOR'))).toBe(seed)
  })
})

describe('SLIP-0010 test vectors for ed25519', () => {
  test.each(SLIP10_VECTORS)('$path under $seed', ({ seed, path, privateKey, publicKey }) => {
    expect(hex(deriveSeed(unhex(seed), path))).toBe(privateKey)
    expect(hex(HDKey.fromMasterSeed(unhex(seed)).derive(path).publicKey)).toBe(publicKey)
  })
})

describe('the path of an identity', () => {
  test('is the letters WAYS, the kind and the index, all hardened', () => {
    expect(Buffer.from('WAYS').readUInt32BE()).toBe(1463900499)
    expect(identityPath()).toBe("m/1463900499'/0'/0'")
    expect(identityPath(7)).toBe("m/1463900499'/0'/7'")
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 31])('refuses the index %s', index => {
    expect(() => identityPath(index)).toThrow(RangeError)
  })

  test('gives another key for every index, and the same key every time', async () => {
    const phrase = BIP39_VECTORS[0]!.phrase
    const keys = await Promise.all([0, 1, 2, 0].map(index => deriveIdentityKey(phrase, index)))
    const ids = keys.map(key => key.publicKey.toString())
    expect(new Set(ids).size).toBe(3)
    expect(ids[3]).toBe(ids[0])
  })

  test('never changes: a phrase written down today gives this peer id for ever', async () => {
    const key = await deriveIdentityKey(BIP39_VECTORS[0]!.phrase)
    expect(key.publicKey.toString()).toBe('12D3KooWKjmJPRnA8Eiruyuicr16u13cyawxKGXoJkNWZFBvpRPQ')
  })
})
