import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { nameOf } from '@waystone/kit/error-fields'
import type { AbortOptions, Ed25519PrivateKey, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Random } from '@waystone/interface'
import { PHRASE_ENTROPY_BYTES } from './constants.ts'
import type { ScryptCost } from './constants.ts'
import { readKeyFile, writeKeyFile } from './key-file.ts'
import { openKey, sealKey } from './key-sealing.ts'
import { removeLeftovers } from './private-file.ts'

/** Who a node is: an Ed25519 key and the peer id that follows from it. */
export interface Identity {
  privateKey: Ed25519PrivateKey
  peerId: PeerId
}

export interface NewIdentity extends Identity {
  /** 24 words that bring the identity back anywhere; kept nowhere, so show them now or never. */
  phrase: string
}

export interface CreateIdentityInit {
  random: Random
}

/** A new identity with its recovery phrase. Writes nothing. */
export async function createIdentity({ random }: CreateIdentityInit): Promise<NewIdentity> {
  const { phraseFromEntropy } = await import('./phrase.ts')
  const phrase = phraseFromEntropy(random.bytes(PHRASE_ENTROPY_BYTES))
  return { ...(await recoverIdentity(phrase)), phrase }
}

export interface RecoverIdentityInit {
  /** Which node of the phrase's pool; default 0, the only one `identity new` makes. */
  index?: number
}

/**
 * The identity of a recovery phrase. Writes nothing.
 *
 * @throws PhraseInvalidError
 */
export async function recoverIdentity(phrase: string, { index = 0 }: RecoverIdentityInit = {}): Promise<Identity> {
  // loaded when needed: a node that has its key starts without the word list
  const { deriveIdentityKey } = await import('./derivation.ts')
  return identityOf(await deriveIdentityKey(phrase, index))
}

export interface SaveIdentityInit {
  keyFile: string
  /** Encrypts the key; without one it lies open in its file. */
  passphrase?: string | undefined
  random: Random
  /** Cost of scrypt, smaller in tests; default `SCRYPT_COST`. */
  cost?: ScryptCost | undefined
}

/**
 * Writes a key to a new file with mode 0600, whole or not at all.
 *
 * @throws KeyFileExistsError - a key is never overwritten
 * @throws KeyFileWriteError
 */
export async function saveIdentity(
  { privateKey }: Pick<Identity, 'privateKey'>,
  init: SaveIdentityInit,
  options?: AbortOptions
): Promise<void> {
  const document = await sealKey(privateKey, init)
  options?.signal?.throwIfAborted()
  await writeKeyFile(init.keyFile, document, init.random)
}

export interface LoadIdentityInit {
  keyFile: string
  passphrase?: string | undefined
}

/**
 * The identity in a key file.
 *
 * @throws KeyFileNotFoundError, KeyFilePermissionsError, KeyFileCorruptError, KeyFileVersionError
 * @throws PassphraseMissingError, PassphraseWrongError
 * @throws KeyNotEncryptedError - a passphrase is given for a key that has
 *   none: whoever gives one believes that the key is protected
 */
export async function loadIdentity(
  { keyFile, passphrase }: LoadIdentityInit,
  options?: AbortOptions
): Promise<Identity> {
  options?.signal?.throwIfAborted()
  const { document } = await readKeyFile(keyFile)
  options?.signal?.throwIfAborted()
  return identityOf(await openKey(document, passphrase))
}

export interface LoadOrCreateIdentityInit extends SaveIdentityInit {
  /** Called when a key was made and is safely on disk. */
  onCreate?: (identity: Identity) => void
}

/**
 * What a node does at its start: load its key, or make one if there is none.
 * A key made here has no recovery phrase, since nobody would see it: back the
 * file up, or take the key with `waystone identity export`. Of several
 * processes that make a key at once one wins, and the others load that one.
 *
 * @throws as {@link loadIdentity} and {@link saveIdentity}
 */
export async function loadOrCreateIdentity(init: LoadOrCreateIdentityInit, options?: AbortOptions): Promise<Identity> {
  try {
    const identity = await loadIdentity(init, options)
    await removeLeftovers(init.keyFile)
    return identity
  } catch (error) {
    if (nameOf(error) !== 'KeyFileNotFoundError') throw error
  }
  return createOrLoad(init, options)
}

async function createOrLoad(init: LoadOrCreateIdentityInit, options?: AbortOptions): Promise<Identity> {
  const identity = identityOf(await generateKeyPairFromSeed('Ed25519', init.random.bytes(PHRASE_ENTROPY_BYTES)))
  try {
    await saveIdentity(identity, init, options)
  } catch (error) {
    if (nameOf(error) === 'KeyFileExistsError') return loadIdentity(init, options)
    throw error
  }
  init.onCreate?.(identity)
  return identity
}

function identityOf(privateKey: Ed25519PrivateKey): Identity {
  return { privateKey, peerId: peerIdFromPrivateKey(privateKey) }
}
