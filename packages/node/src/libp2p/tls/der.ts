import { PeerCertificateError } from './errors.ts'

/** Tags that are read here. Source: ITU-T X.690, 8.2 to 8.19; RFC 5280, 4.1. */
export const TAG = { boolean: 0x01, octets: 0x04, oid: 0x06, sequence: 0x30, extensions: 0xa3 } as const

export interface DerElement {
  tag: number
  content: Uint8Array
}

const HIGH_TAG = 0x1f
const LONG_FORM = 0x80
/** Bytes of a length that are read: no certificate here is longer than two can say. */
const MAX_LENGTH_BYTES = 2

/**
 * The elements that follow each other in these bytes, one level deep. Certificates are read where a hundred peers
 * connect at once: a library for all of ASN.1 takes longer for one than the rest of its checks.
 * @throws PeerCertificateError where the bytes are no DER
 */
export function derElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = byteAt(bytes, at)
    if ((tag & HIGH_TAG) === HIGH_TAG) throw malformed()
    const { length, begin } = readLength(bytes, at + 1)
    at = begin + length
    if (at > bytes.length) throw malformed()
    elements.push({ tag, content: bytes.subarray(begin, at) })
  }
  return elements
}

/** What is within an element. @throws PeerCertificateError where it is absent, or has another tag */
export function inside(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw malformed()
  return element.content
}

function readLength(bytes: Uint8Array, at: number): { length: number; begin: number } {
  const first = byteAt(bytes, at)
  if (first < LONG_FORM) return { length: first, begin: at + 1 }
  const count = first - LONG_FORM
  if (count === 0 || count > MAX_LENGTH_BYTES) throw malformed()
  let length = 0
  for (let each = 1; each <= count; each++) length = length * 256 + byteAt(bytes, at + each)
  return { length, begin: at + 1 + count }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw malformed()
  return byte
}

const malformed = (): PeerCertificateError => new PeerCertificateError('the certificate is malformed')
