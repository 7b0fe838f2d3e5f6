import { unmarshalIPNSRecord } from 'ipns'
import { ipnsValidator } from 'ipns/validator'
import { nameOf } from '@waystone/kit/error-fields'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { MAX_RECORD_BYTES } from './constants.ts'
import { IpnsExpiredError, IpnsInvalidError } from './errors.ts'
import { peerIdFromString } from '@libp2p/peer-id'
import type { HeldIpnsRecord } from '@waystone/interface'

const LIBP2P_KEY = 0x72
const IDENTITY = 0x00
const SHA2_256 = 0x12
const PREFIX = new TextEncoder().encode('/ipns/')
/** Characters: an Ed25519 name has 62, one of an RSA key 56. */
const MAX_NAME_CHARACTERS = 128

/**
 * The multihash of a name, given as `k51…`, as any other libp2p-key CID, or as a peer id.
 *
 * @throws IpnsInvalidError
 */
export function nameToBytes(name: string): Uint8Array {
  if (name.length > MAX_NAME_CHARACTERS) throw invalidName()
  try {
    const text = name.startsWith('/ipns/') ? name.slice(PREFIX.length) : name
    if (text.startsWith('1') || text.startsWith('Qm')) return peerIdFromString(text).toMultihash().bytes
    const cid = text.startsWith('k') ? CID.parse(text, base36) : CID.parse(text)
    if (cid.code !== LIBP2P_KEY) throw new Error('not the CID of a key')
    return assertKeyHash(cid.multihash.bytes)
  } catch (cause) {
    throw invalidName(cause)
  }
}

/**
 * The name as text, `k51…`.
 *
 * @throws IpnsInvalidError
 */
export function nameFromBytes(bytes: Uint8Array): string {
  return CID.createV1(LIBP2P_KEY, Digest.decode(assertKeyHash(bytes))).toString(base36)
}

/** The key under which DHTs keep the record of a name. */
export function routingKey(name: Uint8Array): Uint8Array {
  const key = new Uint8Array(PREFIX.length + name.length)
  key.set(PREFIX)
  key.set(name, PREFIX.length)
  return key
}

/** The name in a key of a DHT; undefined when the key is something else. */
export function nameInKey(key: Uint8Array): Uint8Array | undefined {
  if (!PREFIX.every((byte, index) => key[index] === byte)) return undefined
  return assertKeyHash(key.slice(PREFIX.length))
}

/**
 * What a record says, if its key signed it and it has not ended.
 *
 * @throws IpnsInvalidError, IpnsExpiredError
 */
export async function verifyRecord(name: Uint8Array, record: Uint8Array): Promise<HeldIpnsRecord> {
  if (record.length > MAX_RECORD_BYTES) throw new IpnsInvalidError('the record is longer than 10 KiB')
  try {
    await ipnsValidator(routingKey(name), record)
    const { value, sequence, validity } = unmarshalIPNSRecord(record)
    return { record, value, sequence, validUntil: Date.parse(validity) }
  } catch (cause) {
    // the signature is looked at first
    if (nameOf(cause) === 'RecordExpiredError') throw new IpnsExpiredError('the IPNS record has ended', { cause })
    const why = cause instanceof Error ? cause.name : 'unreadable'
    throw new IpnsInvalidError(`the IPNS record is not valid for its name (${why})`, { cause })
  }
}

function assertKeyHash(bytes: Uint8Array): Uint8Array {
  try {
    const { code } = Digest.decode(bytes)
    if (bytes.length <= MAX_NAME_CHARACTERS && (code === IDENTITY || code === SHA2_256)) return bytes
  } catch (cause) {
    throw invalidName(cause)
  }
  throw invalidName()
}

function invalidName(cause?: unknown): IpnsInvalidError {
  return new IpnsInvalidError('this is no IPNS name', { hint: 'give a name such as k51…', cause })
}
