import { BaseBlock, Boolean as Asn1Boolean, fromBER, ObjectIdentifier, OctetString } from 'asn1js'
import { PeerCertificateError } from './errors.ts'

/** The extension that carries a peer's key. Source: libp2p/specs tls/tls.md, "libp2p Public Key Extension". */
export const SIGNED_KEY_OID = '1.3.6.1.4.1.53594.1.1'
/** What OpenSSL or a libp2p peer may mark as critical and is understood: key usage and alternative names (RFC 5280, 4.2.1). */
const UNDERSTOOD = new Set([SIGNED_KEY_OID, '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'])
/** `[3]` of TBSCertificate. Source: RFC 5280, 4.1. */
const EXTENSIONS_TAG = 3
const CONTEXT_SPECIFIC = 3

/** A peer's own key as libp2p's protobuf message, and what it has signed with it. */
export interface SignedKey {
  publicKey: Uint8Array
  signature: Uint8Array
}

interface Extension {
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
  const [own, second] = extensions.filter(({ oid }) => oid === SIGNED_KEY_OID)
  if (own === undefined) throw new PeerCertificateError('the certificate has no libp2p key')
  if (second !== undefined) throw new PeerCertificateError('the certificate has two libp2p keys')
  const [publicKey, signature] = children(parse(own.value)).map(bytesOf)
  if (publicKey === undefined || signature === undefined) throw malformed()
  return { publicKey, signature }
}

function extensionsOf(certificate: Uint8Array): Extension[] {
  const [signed] = children(parse(certificate))
  const tagged = children(signed).find(
    ({ idBlock }) => idBlock.tagClass === CONTEXT_SPECIFIC && idBlock.tagNumber === EXTENSIONS_TAG
  )
  if (tagged === undefined) return []
  return children(children(tagged)[0]).map(readExtension)
}

/** `SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING }` */
function readExtension(block: BaseBlock): Extension {
  const parts = children(block)
  const [oid, critical] = parts
  if (!(oid instanceof ObjectIdentifier)) throw malformed()
  const isCritical = critical instanceof Asn1Boolean && critical.getValue()
  return { oid: oid.getValue(), isCritical, value: bytesOf(parts.at(-1)) }
}

function parse(der: Uint8Array): BaseBlock {
  const { offset, result } = fromBER(der)
  if (offset !== der.length) throw malformed()
  return result
}

function children(block: BaseBlock | undefined): BaseBlock[] {
  const inner: unknown = block === undefined ? undefined : Reflect.get(block.valueBlock, 'value')
  if (!Array.isArray(inner)) throw malformed()
  return inner.filter(each => each instanceof BaseBlock)
}

function bytesOf(block: BaseBlock | undefined): Uint8Array {
  if (!(block instanceof OctetString)) throw malformed()
  return new Uint8Array(block.getValue())
}

const malformed = (): PeerCertificateError => new PeerCertificateError('the certificate is malformed')
