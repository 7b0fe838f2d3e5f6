import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { AbortOptions } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { corrupt } from './key-document.ts'
import { readKeyFile } from './key-file.ts'
import { openKey } from './key-sealing.ts'
import type { LoadIdentityInit } from './identity.ts'

/** What anybody may know of a key file. */
export interface KeyFileSummary {
  peerId: string
  /** Base64 of libp2p's protobuf of the public key, Kubo's `PublicKey`. */
  publicKey: string
  encrypted: boolean
  /** Whether the private key was seen and is the one of this peer id. */
  verified: boolean
  keyFile: string
  /** Mode bits, as in `0o600`. */
  mode: number
}

/**
 * Looks at a key file. An encrypted one is opened only if a passphrase is
 * given; otherwise the peer id is what the file says.
 *
 * @throws as `loadIdentity`, but no PassphraseMissingError and no KeyNotEncryptedError
 */
export async function inspectKeyFile(
  { keyFile, passphrase }: LoadIdentityInit,
  options?: AbortOptions
): Promise<KeyFileSummary> {
  options?.signal?.throwIfAborted()
  const { document, mode } = await readKeyFile(keyFile)
  const encrypted = document.protection !== 'none'
  const verified = !encrypted || passphrase !== undefined
  if (verified) await openKey(document, encrypted ? passphrase : undefined)
  return { peerId: document.peerId, publicKey: publicKeyOf(document.peerId), encrypted, verified, keyFile, mode }
}

function publicKeyOf(peerId: string): string {
  try {
    const { publicKey } = peerIdFromString(peerId)
    if (publicKey?.type === 'Ed25519') return Buffer.from(publicKeyToProtobuf(publicKey)).toString('base64')
  } catch (cause) {
    throw corrupt('its peer id cannot be read', cause)
  }
  throw corrupt('its peer id is not that of an Ed25519 key')
}
