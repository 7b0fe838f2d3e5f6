import { createPrivateKey } from 'node:crypto'
import { privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'

/** `libp2p`: base64 of libp2p's protobuf, Kubo's `Identity.PrivKey`. `pem`: PKCS#8 (RFC 5958, RFC 8410). */
export type KeyFormat = 'libp2p' | 'pem'

/** The private key as text that other programs read, ending in a newline. Not encrypted. */
export function exportPrivateKey(privateKey: Ed25519PrivateKey, format: KeyFormat): string {
  if (format === 'libp2p') return `${Buffer.from(privateKeyToProtobuf(privateKey)).toString('base64')}\n`
  const key = {
    kty: 'OKP',
    crv: 'Ed25519',
    d: base64url(privateKey.raw.subarray(0, 32)),
    x: base64url(privateKey.publicKey.raw)
  }
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString()
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
