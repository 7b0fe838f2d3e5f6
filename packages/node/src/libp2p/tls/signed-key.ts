import { derElements, inside, TAG } from './der.ts'
import { PeerCertificateError } from './errors.ts'
import type { DerElement } from './der.ts'

/** 1.3.6.1.4.1.53594.1.1, which carries a peer's key. Source: libp2p/specs tls/tls.md, "libp2p Public Key Extension". */
const SIGNED_KEY = '2b0601040183a25a0101'
/** What may be critical and is understood: key usage, names, basic constraints, extended usage. Source: RFC 5280, 4.2.1. */
const UNDERSTOOD = new Set([SIGNED_KEY, '551d0f', '551d11', '551d13', '551d25'])

/** A peer's own key as libp2p's protobuf message, and what it has signed with it. */
export interface SignedKey {
  publicKey: Uint8Array
  signature: Uint8Array
}

interface Extension {
  /** As it is encoded, in hex. */
  oid: string
  isCritical: boolean
  value: Uint8Array
}

/**
 * The key of the peer in a certificate.
 * @param certificate DER
 * @throws PeerCertificateError without the extension, with two, or with critical ones that nobody here knows
 */
export function readSignedKey(certificate: Uint8Array): SignedKey {
  const extensions = extensionsOf(certificate)
  const strange = extensions.find(({ oid, isCritical }) => isCritical && !UNDERSTOOD.has(oid))
  if (strange !== undefined) throw new PeerCertificateError(`the critical extension ${strange.oid} is not known`)
  const [own, second] = extensions.filter(({ oid }) => oid === SIGNED_KEY)
  if (own === undefined) throw new PeerCertificateError('the certificate has no libp2p key')
  if (second !== undefined) throw new PeerCertificateError('the certificate has two libp2p keys')
  const [publicKey, signature] = sequence(derElements(own.value)[0])
  return { publicKey: inside(publicKey, TAG.octets), signature: inside(signature, TAG.octets) }
}

/** Of `Certificate { TBSCertificate { …, [3] { Extensions } }, … }`. Source: RFC 5280, 4.1. */
function extensionsOf(certificate: Uint8Array): Extension[] {
  const [signed] = sequence(derElements(certificate)[0])
  const tagged = sequence(signed).find(({ tag }) => tag === TAG.extensions)
  return tagged === undefined ? [] : sequence(derElements(tagged.content)[0]).map(readExtension)
}

/** `SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING }` */
function readExtension(element: DerElement): Extension {
  const [oid, ...rest] = sequence(element)
  const isCritical = rest[0]?.tag === TAG.boolean && rest[0].content[0] !== 0
  const value = inside(rest.at(-1), TAG.octets)
  return { oid: Buffer.from(inside(oid, TAG.oid)).toString('hex'), isCritical, value }
}

const sequence = (element: DerElement | undefined): DerElement[] => derElements(inside(element, TAG.sequence))
