import {
  MAX_CLOCK_SKEW_MS,
  MAX_PAYLOAD_BYTES,
  MAX_RECORD_BYTES,
  MAX_RECORD_KEY_BYTES,
  MAX_RECORD_LIFETIME_MS
} from '@waystone/wire/registry'
import {
  RecordExpiryError,
  RecordInvalidError,
  RecordPayloadError,
  RecordSequenceError,
  RecordTooLargeError
} from './errors.ts'
import type { Record as WireRecord } from '@waystone/wire/registry'

/** @throws RecordTooLargeError */
export function checkSize(record: Uint8Array): void {
  if (record.length > MAX_RECORD_BYTES) throw tooLarge('record', record.length, MAX_RECORD_BYTES)
}

const CONTROL = /\p{Cc}/u
const encoder = new TextEncoder()

/** @throws RecordTooLargeError, RecordInvalidError, RecordPayloadError */
export function checkForm({ key, payload, withdrawn }: WireRecord): void {
  checkKey(key)
  if (payload.length > MAX_PAYLOAD_BYTES) throw tooLarge('payload', payload.length, MAX_PAYLOAD_BYTES)
  if (withdrawn && payload.length > 0) throw new RecordPayloadError('a withdrawn record has no payload')
}

/** @throws RecordTooLargeError, RecordInvalidError */
export function checkKey(key: string): void {
  if (isKeyTooLong(key)) throw tooLarge('key', encoder.encode(key).length, MAX_RECORD_KEY_BYTES)
  if (CONTROL.test(key)) throw new RecordInvalidError('the key of the record holds control characters')
}

// each unit of UTF-16 has one to three bytes: encoding takes 3 µs, and most keys are short
function isKeyTooLong(key: string): boolean {
  if (3 * key.length <= MAX_RECORD_KEY_BYTES) return false
  return key.length > MAX_RECORD_KEY_BYTES || encoder.encode(key).length > MAX_RECORD_KEY_BYTES
}

/** @throws RecordSequenceError */
export function checkSequence(sequence: bigint): number {
  if (sequence > 0n && sequence <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(sequence)
  throw new RecordSequenceError(`the sequence ${sequence} is not between 1 and 2^53 - 1`, {
    hint: 'count up from the sequence of the last record, or use the time in milliseconds'
  })
}

/** @throws RecordExpiryError */
export function checkExpiry(expiry: bigint, now: number): number {
  const latest = now + MAX_RECORD_LIFETIME_MS + MAX_CLOCK_SKEW_MS
  if (expiry > BigInt(Math.floor(now)) && expiry <= BigInt(Math.floor(latest))) return Number(expiry)
  const what = expiry > BigInt(Math.floor(now)) ? 'lasts longer than an hour' : 'has expired'
  throw new RecordExpiryError(
    `the record ${what}: it ends ${time(expiry)}, and it is ${time(BigInt(Math.floor(now)))} here`,
    {
      hint: 'compare the clocks of both machines: one of them may be wrong'
    }
  )
}

/** The last moment that `Date` knows. */
const LAST_TIME_MS = 8_640_000_000_000_000n

function time(ms: bigint): string {
  return ms > LAST_TIME_MS ? `in ${ms} ms after 1970` : `at ${new Date(Number(ms)).toISOString()}`
}

function tooLarge(what: string, bytes: number, limit: number): RecordTooLargeError {
  return new RecordTooLargeError(`the ${what} has ${bytes} bytes, and ${limit} are allowed`)
}
