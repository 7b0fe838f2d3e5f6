import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { mnemonicToSeedWebcrypto } from '@scure/bip39'
import { HDKey } from 'micro-key-producer/slip10.js'
import { MAX_PATH_INDEX, PATH_KIND_NODE, PATH_PURPOSE } from './constants.ts'
import { parsePhrase } from './phrase.ts'

/**
 * Where a node's key lies under a phrase. The index is last, so that one
 * phrase can give a whole pool of nodes; a single node is index 0.
 *
 * @throws RangeError - unless `index` is a whole number of 0 to 2^31 - 1
 */
export function identityPath(index: number = 0): string {
  if (!Number.isInteger(index) || index < 0 || index > MAX_PATH_INDEX) {
    throw new RangeError(`A path index is a whole number of 0 to ${MAX_PATH_INDEX}`)
  }
  return `m/${PATH_PURPOSE}'/${PATH_KIND_NODE}'/${index}'`
}

/** The 32 bytes of the Ed25519 private key at a path under a seed (SLIP-0010, curve ed25519). */
export function deriveSeed(seed: Uint8Array, path: string): Uint8Array {
  return HDKey.fromMasterSeed(seed).derive(path).privateKey
}

/**
 * The private key of node `index` under a recovery phrase: BIP-39 seed with an
 * empty BIP-39 password, then SLIP-0010 along {@link identityPath}.
 *
 * @throws PhraseInvalidError
 */
export async function deriveIdentityKey(phrase: string, index: number = 0): Promise<Ed25519PrivateKey> {
  const path = identityPath(index)
  const seed = await mnemonicToSeedWebcrypto(parsePhrase(phrase))
  return generateKeyPairFromSeed('Ed25519', deriveSeed(seed, path))
}
