import { checkSignature } from './signature.ts'
import type { SignatureCheck } from './signature.ts'

/** An identity multihash of a `PublicKey` message with 32 bytes of Ed25519: what an id begins with. */
const ED25519_ID = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const ED25519_ID_BYTES = 38
const ED25519 = 'Ed25519'

type ImportedKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** As {@link checkSignature}; for Ed25519 on the thread pool, so that other work goes on meanwhile. */
export const checkSignatureInThreads: SignatureCheck = async claim => {
  if (!isEd25519(claim.peer)) return await checkSignature(claim)
  try {
    const key = await keyOf(claim.peer.subarray(ED25519_ID.length))
    return await crypto.subtle.verify(ED25519, key, copyOf(claim.signature), copyOf(claim.message))
  } catch {
    // bytes that can be no key or no signature
    return false
  }
}

/** Peers have several records and renew them, and making a key takes a tenth of a check. 2 MiB. */
const KEPT_KEYS = 2_048
// oldest use first, as a Map keeps the order of insertion
const keys = new Map<string, Promise<ImportedKey>>()

/** WebCrypto's keys: those of `node:crypto` take twice as long to make, and to use once. */
async function keyOf(raw: Uint8Array): Promise<ImportedKey> {
  const name = String.fromCharCode(...raw)
  const key = keys.get(name) ?? crypto.subtle.importKey('raw', copyOf(raw), ED25519, false, ['verify'])
  keys.delete(name)
  keys.set(name, key)
  const [oldest] = keys.keys()
  if (keys.size > KEPT_KEYS && oldest !== undefined) keys.delete(oldest)
  return await key
}

/** WebCrypto takes no memory that is shared, which the type of bytes allows. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

function isEd25519(peer: Uint8Array): boolean {
  return peer.length === ED25519_ID_BYTES && ED25519_ID.every((byte, at) => byte === peer[at])
}
