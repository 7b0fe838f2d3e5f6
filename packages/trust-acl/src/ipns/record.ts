import { nameOf } from '@waystone/kit/error-fields'
import { CLOCK_SKEW_MS, MAX_RECORD_BYTES, MAX_TTL_MS, MIN_TTL_MS } from './constants.ts'
import {
  IpnsNameMismatchError,
  IpnsRecordExpiredError,
  IpnsRecordInvalidError,
  IpnsRecordTooLargeError,
  IpnsSignatureError
} from './errors.ts'
import { loadIpns } from './library.ts'
import { ipnsNameOf } from './name.ts'
import { parseIpnsValue } from './value.ts'
import type { HeldIpnsRecord } from '@waystone/interface'
import type { IPNSRecord } from 'ipns'
import type { IpnsLibrary } from './library.ts'
import type { IpnsName } from './name.ts'

/** A record whose signature, form and value are right; whether it is still valid is a question of time. */
export interface SignedIpnsRecord extends HeldIpnsRecord {
  readonly name: IpnsName
  /** Milliseconds, at least 24 h. */
  readonly ttl: number
}

/**
 * Checks all of a record that does not change with time.
 *
 * @throws IpnsRecordTooLargeError, IpnsRecordInvalidError, IpnsNameMismatchError, IpnsSignatureError, IpnsValueError
 */
export async function readRecord(name: IpnsName, bytes: Uint8Array): Promise<SignedIpnsRecord> {
  const library = await loadIpns()
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new IpnsRecordTooLargeError(`a record of ${bytes.length} bytes is over the limit of ${MAX_RECORD_BYTES}`)
  }
  const fields = unmarshal(library, bytes)
  await checkSignature(library, name, bytes)
  parseIpnsValue(fields.value)
  const { value, sequence } = fields
  return { name, record: bytes, value, sequence, validUntil: validUntilOf(fields), ttl: ttlOf(fields) }
}

/**
 * As {@link readRecord}, for a record that is to be used now.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws IpnsRecordExpiredError, and what {@link readRecord} throws
 */
export async function verifyRecord(name: IpnsName, bytes: Uint8Array, now: number): Promise<SignedIpnsRecord> {
  const record = await readRecord(name, bytes)
  if (isValidAt(record, now)) return record
  const ended = new Date(record.validUntil).toISOString()
  throw new IpnsRecordExpiredError(`the record of ${name.text} was valid until ${ended}`, {
    hint: 'its publisher has to sign it again; if that time is not in the past, set the clock of this machine'
  })
}

/** Whether a record may be used, with the skew that two clocks may have. */
export function isValidAt({ validUntil }: Pick<HeldIpnsRecord, 'validUntil'>, now: number): boolean {
  return validUntil + CLOCK_SKEW_MS > now
}

/** The newer of two records of one name by the rule of the library: by sequence, then by how long they are valid. */
export async function newerOf<R extends HeldIpnsRecord>(name: IpnsName, held: R, other: R): Promise<R> {
  const { ipnsSelector } = await loadIpns()
  return ipnsSelector(name.routingKey, [held.record, other.record]) === 0 ? held : other
}

/** The name of the key that a record carries, if it carries one. */
export async function nameInRecord(bytes: Uint8Array): Promise<IpnsName | undefined> {
  const library = await loadIpns()
  if (bytes.length > MAX_RECORD_BYTES) throw new IpnsRecordTooLargeError(`${bytes.length} bytes are no record`)
  const record = unmarshal(library, bytes)
  try {
    const key = library.extractPublicKeyFromIPNSRecord(record)
    return key === undefined ? undefined : ipnsNameOf(key)
  } catch (cause) {
    throw invalid('the public key in it cannot be read', cause)
  }
}

function unmarshal({ unmarshalIPNSRecord }: IpnsLibrary, bytes: Uint8Array): IPNSRecord {
  try {
    const record = unmarshalIPNSRecord(bytes)
    // the library hands on whatever CBOR says
    if (typeof record.sequence !== 'bigint' || record.sequence < 0n || record.sequence >= 2n ** 64n) {
      throw new TypeError('the sequence is no number')
    }
    return record
  } catch (cause) {
    if (nameOf(cause) === 'SignatureVerificationError') throw unsigned(cause)
    throw invalid('its fields cannot be read', cause)
  }
}

async function checkSignature(library: IpnsLibrary, name: IpnsName, bytes: Uint8Array): Promise<void> {
  try {
    await library.ipnsValidator(name.routingKey, bytes)
  } catch (error) {
    // by the machine's clock, and only after the signature was found right; ours is the injected one
    if (nameOf(error) === 'RecordExpiredError') return
    if (nameOf(error) === 'SignatureVerificationError') throw unsigned(error)
    if (nameOf(error) !== 'InvalidEmbeddedPublicKeyError') throw invalid('it cannot be checked', error)
    throw new IpnsNameMismatchError(`the record does not carry the public key of ${name.text}`, { cause: error })
  }
}

function validUntilOf({ validity }: IPNSRecord): number {
  // RFC 3339 with nanoseconds; anything else that Date can read is refused
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(validity) ? Date.parse(validity) : Number.NaN
  if (Number.isNaN(time)) throw invalid('its validity is no time')
  return time
}

function ttlOf({ ttl }: IPNSRecord): number {
  if (ttl === undefined) return MIN_TTL_MS
  if (typeof ttl !== 'bigint' || ttl < 0n) throw invalid('its TTL is no number')
  const ms = ttl / 1_000_000n
  return ms > BigInt(MAX_TTL_MS) ? MAX_TTL_MS : Math.max(MIN_TTL_MS, Number(ms))
}

function invalid(what: string, cause?: unknown): IpnsRecordInvalidError {
  return new IpnsRecordInvalidError(`not a valid IPNS record: ${what}`, { cause })
}

function unsigned(cause: unknown): IpnsSignatureError {
  return new IpnsSignatureError('the record was not signed by the key of its name', { cause })
}
