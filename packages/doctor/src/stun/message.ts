import { crc32 } from 'node:zlib'
import { readAddress, readXorAddress } from './address-attribute.ts'
import * as stun from './constants.ts'
import { StunMessageInvalidError } from './errors.ts'
import type { Endpoint } from './endpoint.ts'

/** From where the server should answer, other than the address that it was asked at (RFC 5780). */
export interface ChangeRequest {
  ip?: boolean
  port?: boolean
}

/** What a server answers to a binding request. */
export interface BindingAnswer {
  /** Hexadecimal. */
  transactionId: string
  /** The address from which the server sees the request; absent in a refusal. */
  mapped?: Endpoint
  /** The server's second address and port (RFC 5780). */
  other?: Endpoint
  /** Of a refusal, such as 420. */
  errorCode?: number
}

/** A binding request (RFC 8489), with CHANGE-REQUEST if one is given. */
export function encodeBindingRequest(transactionId: Uint8Array, change?: ChangeRequest): Uint8Array {
  const flags = (change?.ip === true ? stun.CHANGE_IP : 0) | (change?.port === true ? stun.CHANGE_PORT : 0)
  const bytes = new Uint8Array(stun.HEADER_BYTES + (flags === 0 ? 0 : 8))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, stun.BINDING_REQUEST)
  view.setUint16(2, bytes.length - stun.HEADER_BYTES)
  view.setUint32(4, stun.MAGIC_COOKIE)
  bytes.set(transactionId, 8)
  if (flags === 0) return bytes
  view.setUint16(stun.HEADER_BYTES, stun.ATTRIBUTE.changeRequest)
  view.setUint16(stun.HEADER_BYTES + 2, 4)
  view.setUint32(stun.HEADER_BYTES + 4, flags)
  return bytes
}

/**
 * Reads the answer to a binding request.
 *
 * @throws StunMessageInvalidError - whatever else the bytes are
 */
export function decodeBindingAnswer(bytes: Uint8Array): BindingAnswer {
  const type = readHeader(bytes)
  const attributes = readAttributes(bytes)
  const transactionId = Buffer.from(bytes.subarray(8, stun.HEADER_BYTES)).toString('hex')
  const other = attributes.get(stun.ATTRIBUTE.otherAddress)
  const errorCode = attributes.get(stun.ATTRIBUTE.errorCode)
  if (type === stun.BINDING_ERROR) return { transactionId, errorCode: readErrorCode(errorCode) }
  const mapped = readMapped(attributes, bytes.subarray(4, stun.HEADER_BYTES))
  return { transactionId, mapped, ...(other !== undefined && { other: readAddress(other) }) }
}

function readHeader(bytes: Uint8Array): number {
  const { length } = bytes
  if (length < stun.HEADER_BYTES || length > stun.MESSAGE_MAX_BYTES) throw invalid(`${length} bytes`)
  const view = viewOf(bytes)
  if (view.getUint32(4) !== stun.MAGIC_COOKIE) throw invalid('no magic cookie')
  if (view.getUint16(2) !== length - stun.HEADER_BYTES) throw invalid('its length is not that of the datagram')
  const type = view.getUint16(0)
  if (type !== stun.BINDING_SUCCESS && type !== stun.BINDING_ERROR) throw invalid(`type ${type}`)
  return type
}

/** By type; of several with one type the first counts. */
function readAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewOf(bytes)
  const attributes = new Map<number, Uint8Array>()
  let offset = stun.HEADER_BYTES
  for (let count = 0; offset < bytes.length; count++) {
    if (count === stun.MAX_ATTRIBUTES || offset + 4 > bytes.length) throw invalid('its attributes do not fit')
    const type = view.getUint16(offset)
    const end = offset + 4 + view.getUint16(offset + 2)
    if (end > bytes.length) throw invalid('an attribute is longer than the message')
    if (type === stun.ATTRIBUTE.fingerprint) checkFingerprint(bytes, offset)
    if (!attributes.has(type)) attributes.set(type, bytes.subarray(offset + 4, end))
    // values are padded to 32 bits
    offset = Math.ceil(end / 4) * 4
  }
  return attributes
}

function checkFingerprint(bytes: Uint8Array, offset: number): void {
  const isLast = offset + 8 === bytes.length
  const expected = (crc32(bytes.subarray(0, offset)) ^ stun.FINGERPRINT_XOR) >>> 0
  if (!isLast || viewOf(bytes).getUint32(offset + 4) !== expected) throw invalid('its fingerprint does not match')
}

function readMapped(attributes: Map<number, Uint8Array>, mask: Uint8Array): Endpoint {
  const hidden = attributes.get(stun.ATTRIBUTE.xorMappedAddress)
  if (hidden !== undefined) return readXorAddress(hidden, mask)
  const plain = attributes.get(stun.ATTRIBUTE.mappedAddress)
  if (plain === undefined) throw invalid('no mapped address')
  return readAddress(plain)
}

// class (the hundreds) and number are apart
function readErrorCode(value: Uint8Array | undefined): number {
  if (value === undefined || value.length < 4) throw invalid('a refusal without a code')
  return ((value[2] ?? 0) & 0x07) * 100 + Math.min(value[3] ?? 0, 99)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function invalid(why: string): StunMessageInvalidError {
  return new StunMessageInvalidError(`not the answer of a STUN server: ${why}`)
}
