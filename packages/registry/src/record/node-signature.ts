import { createPublicKey, verify } from 'node:crypto'
import { checkSignature } from './signature.ts'
import type { KeyObject } from 'node:crypto'
import type { SignatureCheck } from './signature.ts'

/** An identity multihash of a `PublicKey` message with 32 bytes of Ed25519: what an id begins with. */
const ED25519_ID = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const ED25519_ID_BYTES = 38

/** As {@link checkSignature}; for Ed25519 on the thread pool, so that other work goes on meanwhile. */
export const checkSignatureInThreads: SignatureCheck = async claim => {
  const key = ed25519Key(claim.peer)
  if (key === undefined) return await checkSignature(claim)
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  verify(undefined, claim.message, key, claim.signature, (error, valid) => {
    if (error === null) resolve(valid)
    else reject(error)
  })
  return await promise
}

/** Making a key takes half as long as a check does, and peers have several records and renew them. 2 MiB. */
const KEPT_KEYS = 2_048
// oldest use first, as a Map keeps the order of insertion
const keys = new Map<string, KeyObject>()

function ed25519Key(peer: Uint8Array): KeyObject | undefined {
  if (peer.length !== ED25519_ID_BYTES || ED25519_ID.some((byte, at) => byte !== peer[at])) return undefined
  const x = Buffer.from(peer.buffer, peer.byteOffset + ED25519_ID.length, 32).toString('base64url')
  const key = keys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  keys.delete(x)
  keys.set(x, key)
  const [oldest] = keys.keys()
  if (keys.size > KEPT_KEYS && oldest !== undefined) keys.delete(oldest)
  return key
}
