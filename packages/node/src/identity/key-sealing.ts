import { generateKeyPairFromSeed, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { nameOf } from '@waystone/kit/error-fields'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Random } from '@waystone/interface'
import type { ScryptCost } from './constants.ts'
import { KeyNotEncryptedError, PassphraseMissingError } from './errors.ts'
import { corrupt } from './key-document.ts'
import type { KeyDocument } from './key-document.ts'
import { open, seal } from './passphrase-encryption.ts'

const SEED_BYTES = 32

export interface SealKeyInit {
  /** Without one the key lies open in the document. */
  passphrase?: string | undefined
  random: Random
  /** Cost of scrypt, smaller in tests; default {@link SCRYPT_COST}. */
  cost?: ScryptCost | undefined
}

/** The key as a document for a key file, encrypted if there is a passphrase. */
export async function sealKey(privateKey: Ed25519PrivateKey, init: SealKeyInit): Promise<KeyDocument> {
  const { passphrase, random, cost } = init
  const peerId = peerIdFromPrivateKey(privateKey).toString()
  const head = { format: 'waystone-identity', version: 1, peerId } as const
  const bytes = privateKeyToProtobuf(privateKey)
  if (passphrase === undefined) return { ...head, protection: 'none', privateKey: bytes }
  const sealed = await seal(bytes, { passphrase, bound: peerId, random, ...(cost && { cost }) })
  return { ...head, protection: 'scrypt-xchacha20poly1305', ...sealed }
}

/**
 * The key in a document.
 *
 * @throws PassphraseMissingError, PassphraseWrongError, KeyNotEncryptedError
 * @throws KeyFileCorruptError - if the key is not the one of the document's peer id
 */
export async function openKey(document: KeyDocument, passphrase: string | undefined): Promise<Ed25519PrivateKey> {
  const bytes = await openBytes(document, passphrase)
  const privateKey = await decodeKey(bytes)
  const peerId = peerIdFromPrivateKey(privateKey).toString()
  if (peerId !== document.peerId) throw corrupt(`it says ${document.peerId}, but holds the key of ${peerId}`)
  return privateKey
}

async function openBytes(document: KeyDocument, passphrase: string | undefined): Promise<Uint8Array> {
  if (document.protection === 'none') {
    if (passphrase === undefined) return document.privateKey
    throw new KeyNotEncryptedError('A passphrase is given, but the key is not encrypted', {
      hint: 'leave the passphrase out, or put an encrypted copy in the place of the key: `waystone identity export --format key-file --out NEW --new-passphrase-file FILE`'
    })
  }
  if (passphrase === undefined) {
    throw new PassphraseMissingError('The key is encrypted and no passphrase is given', {
      hint: 'give it with --passphrase-file, identity.passphraseFile in the config, or WAYSTONE_IDENTITY_PASSPHRASE'
    })
  }
  return open(document, { passphrase, bound: document.peerId })
}

/** libp2p takes the public half on trust, so it is computed anew. */
async function decodeKey(bytes: Uint8Array): Promise<Ed25519PrivateKey> {
  try {
    const stored = privateKeyFromProtobuf(bytes)
    if (stored.type !== 'Ed25519') throw corrupt(`its key is of type ${stored.type}, not Ed25519`)
    const privateKey = await generateKeyPairFromSeed('Ed25519', stored.raw.subarray(0, SEED_BYTES))
    if (!privateKey.equals(stored)) throw corrupt('the public half of its key belongs to another')
    return privateKey
  } catch (cause) {
    throw nameOf(cause) === 'KeyFileCorruptError' ? cause : corrupt('its key cannot be read', cause)
  }
}
