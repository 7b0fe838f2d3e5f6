import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Random } from '@waystone/interface'
import { SCRYPT_COST } from './constants.ts'
import type { ScryptCost } from './constants.ts'
import { PassphraseWrongError } from './errors.ts'

const KEY_BYTES = 32
const SALT_BYTES = 32
/** XChaCha20's nonce is long enough to be drawn at random. */
const NONCE_BYTES = 24
/** What scrypt needs beside its 128·N·r bytes, generously. */
const SCRYPT_MEMORY_SLACK = 2 ** 20

const deriveBytes: (
  passphrase: string,
  salt: Uint8Array,
  length: number,
  options: ScryptCost & { maxmem: number }
) => Promise<Uint8Array> = promisify(scrypt)

/** A text encrypted under a passphrase, with all that is needed to open it but the passphrase. */
export interface Sealed {
  cost: ScryptCost
  salt: Uint8Array
  nonce: Uint8Array
  /** Followed by the 16 bytes of the authentication tag. */
  ciphertext: Uint8Array
}

export interface SealInit {
  passphrase: string
  /** Not encrypted, but a change in it makes opening fail. */
  bound: string
  random: Random
  cost?: ScryptCost
}

/** Encrypts with XChaCha20-Poly1305 under a key that scrypt makes of the passphrase. */
export async function seal(plaintext: Uint8Array, init: SealInit): Promise<Sealed> {
  const { random, cost = SCRYPT_COST } = init
  const salt = random.bytes(SALT_BYTES)
  const nonce = random.bytes(NONCE_BYTES)
  const key = await deriveKey(init.passphrase, { cost, salt })
  const ciphertext = xchacha20poly1305(key, nonce, boundBytes(init.bound)).encrypt(plaintext)
  return { cost, salt, nonce, ciphertext }
}

/**
 * Decrypts what {@link seal} made. The caller has checked that the cost is bearable.
 *
 * @throws PassphraseWrongError - also where the text was changed: the two cannot be told apart
 */
export async function open(
  sealed: Sealed,
  { passphrase, bound }: Pick<SealInit, 'passphrase' | 'bound'>
): Promise<Uint8Array> {
  const key = await deriveKey(passphrase, sealed)
  try {
    return xchacha20poly1305(key, sealed.nonce, boundBytes(bound)).decrypt(sealed.ciphertext)
  } catch (cause) {
    throw new PassphraseWrongError('The passphrase does not open the key', {
      cause,
      hint: 'check the passphrase; if it is the right one the file was changed: recover the key from its phrase or a backup'
    })
  }
}

/** NFKD, as BIP-39 does it: the same passphrase typed on two systems is the same bytes. */
function deriveKey(passphrase: string, { cost, salt }: Pick<Sealed, 'cost' | 'salt'>): Promise<Uint8Array> {
  const maxmem = 128 * (cost.N + cost.p + 2) * cost.r + SCRYPT_MEMORY_SLACK
  return deriveBytes(passphrase.normalize('NFKD'), salt, KEY_BYTES, { ...cost, maxmem })
}

/** The cost needs no binding: another one gives another key. */
function boundBytes(bound: string): Uint8Array {
  return new TextEncoder().encode(`waystone identity 1 ${bound}`)
}
