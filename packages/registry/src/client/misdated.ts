import { fromBinary } from '@bufbuild/protobuf'
import { MAX_CLOCK_SKEW_MS, MAX_RECORD_LIFETIME_MS, RecordSchema } from '@waystone/wire/registry'
import type { SignedRecord } from '@waystone/wire/registry'

/**
 * Whether a record that is good where it comes from tells that the clock there is not ours: it ended a while ago, or
 * lasts longer than records do.
 *
 * @param now - milliseconds since the Unix epoch
 */
export function isMisdated({ record }: Pick<SignedRecord, 'record'>, now: number): boolean {
  const expiry = Number(fromBinary(RecordSchema, record).expiry)
  return expiry <= now - MAX_CLOCK_SKEW_MS || expiry > now + MAX_RECORD_LIFETIME_MS
}

/** For a person; nothing if there are none. */
export function misdatedSentences(id: string, count: number): string[] {
  if (count === 0) return []
  const records = count === 1 ? 'a record' : `${count} records`
  return [
    `${id} gives ${records} that ended long ago, or last too long, by the clock here: one of both clocks is wrong`
  ]
}
