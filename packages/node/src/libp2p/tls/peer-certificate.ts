import { X509Certificate } from 'node:crypto'
import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import { UnexpectedPeerError } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerCertificateError } from './errors.ts'
import { readSignedKey } from './signed-key.ts'
import type { PeerId, PublicKey } from '@libp2p/interface'

/** Bytes. The longest that is honest, of a peer whose own key is RSA with 8192 bits, has some 2,500. */
const MAX_CERTIFICATE_LENGTH = 4_096
/** Source: libp2p/specs tls/tls.md, "libp2p Public Key Extension". */
const SIGNED_PREFIX = Buffer.from('libp2p-tls-handshake:')

export interface ProveInit {
  /** Milliseconds since 1970. */
  now: number
  /** Whom this node has dialled. */
  expected?: PeerId | undefined
}

/**
 * The peer that a certificate belongs to. Checks all that tls/tls.md of libp2p/specs asks for.
 * @throws PeerCertificateError, or UnexpectedPeerError when it belongs to another peer than the expected one
 */
export async function provePeer(certificate: Uint8Array, { now, expected }: ProveInit): Promise<PeerId> {
  const { key, signature, signed } = readCertificate(certificate, now)
  if (!(await isSignedBy(key, signed, signature))) throw new PeerCertificateError("the peer's signature is wrong")
  const peer = peerIdFromPublicKey(key)
  if (expected?.equals(peer) === false) {
    // libp2p's upgrader keeps only the text, and by its words a dial is counted
    throw new UnexpectedPeerError(`unexpected peer ${peer.toString()} in place of ${expected.toString()}`)
  }
  return peer
}

interface Claim {
  key: PublicKey
  signature: Uint8Array
  /** What the signature is to be of. */
  signed: Uint8Array
}

function readCertificate(der: Uint8Array, now: number): Claim {
  if (der.length > MAX_CERTIFICATE_LENGTH) throw new PeerCertificateError(`a certificate of ${der.length} bytes`)
  return named(() => {
    const certificate = new X509Certificate(der)
    checkDates(certificate, now)
    const { publicKey } = certificate
    if (!certificate.verify(publicKey)) throw new PeerCertificateError('the certificate does not sign itself')
    const { publicKey: bytes, signature } = readSignedKey(der)
    const signed = Buffer.concat([SIGNED_PREFIX, publicKey.export({ type: 'spki', format: 'der' })])
    return { key: publicKeyFromProtobuf(bytes), signature, signed }
  })
}

function checkDates({ validFromDate, validToDate }: X509Certificate, now: number): void {
  // a date that cannot be read is NaN, and nothing is true of it
  if (!(validFromDate.getTime() <= now)) throw new PeerCertificateError('the certificate is not valid yet')
  if (!(now <= validToDate.getTime())) throw new PeerCertificateError('the certificate has expired')
}

/** Keys that throw at a signature they cannot read have not signed it. */
async function isSignedBy(key: PublicKey, signed: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await key.verify(signed, signature)
  } catch {
    return false
  }
}

/** What parsers throw about somebody's bytes gets our name. */
function named<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof PeerCertificateError) throw cause
    throw new PeerCertificateError('the certificate cannot be read', { cause })
  }
}
