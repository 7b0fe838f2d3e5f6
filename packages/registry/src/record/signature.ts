import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromMultihash, peerIdFromPublicKey } from '@libp2p/peer-id'
import { decode } from 'multiformats/hashes/digest'
import { RecordInvalidError } from './errors.ts'
import type { PublicKey } from '@libp2p/interface'
import type { MultihashDigest } from 'multiformats'

/** Who signed what. */
export interface SignatureClaim {
  /** The multihash that is the peer's id. */
  peer: Uint8Array
  /** As a `PublicKey` message; empty where the id holds the key. */
  publicKey: Uint8Array
  message: Uint8Array
  signature: Uint8Array
}

/**
 * Whether the peer signed the message.
 *
 * @throws RecordInvalidError - the id or the key is none, or not the key of this id
 */
export type SignatureCheck = (claim: SignatureClaim) => Promise<boolean>

/** Works everywhere; in Node it blocks for as long as the check takes. */
export const checkSignature: SignatureCheck = async claim => {
  const key = keyOf(claim)
  try {
    return await key.verify(claim.message, claim.signature)
  } catch {
    // bytes that cannot be a signature of this kind of key
    return false
  }
}

/** SHA-256, as ids of RSA keys are. */
const SHA2_256 = 0x12

function keyOf({ peer, publicKey }: SignatureClaim): PublicKey {
  try {
    const digest = decode(peer)
    return digest.code === SHA2_256 ? carriedKey(digest, publicKey) : inlineKey(digest)
  } catch (cause) {
    throw new RecordInvalidError('the record names no peer whose key is known', {
      hint: 'use an Ed25519 or secp256k1 key, or send the key of this peer along',
      cause
    })
  }
}

function inlineKey(digest: MultihashDigest): PublicKey {
  const key = peerIdFromMultihash(digest).publicKey
  if (key !== undefined) return key
  throw new TypeError('the id holds no key')
}

function carriedKey(digest: MultihashDigest, encoded: Uint8Array): PublicKey {
  const key = publicKeyFromProtobuf(encoded)
  if (
    !peerIdFromPublicKey(key)
      .toMultihash()
      .bytes.every((byte, at) => byte === digest.bytes[at])
  ) {
    throw new TypeError('the key is that of another peer')
  }
  return key
}
