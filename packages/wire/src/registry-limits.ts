/**
 * What holds for records on the wire, without their messages, which bring protobuf.
 *
 * @packageDocumentation
 */

/** What a record's signature is bound to; no other signature of a node may begin with it. */
export const RECORD_SIGNATURE_DOMAIN = 'waystone/registry/record/1.0.0'

/** The payload of one record, in bytes. */
export const MAX_PAYLOAD_BYTES = 4 * 1024

/** The key of one record, in bytes of UTF-8. */
export const MAX_RECORD_KEY_BYTES = 128

/** One encoded record: payload, key, and some 150 bytes of the rest. */
export const MAX_RECORD_BYTES = 5 * 1024

/** Records in one Register call. */
export const MAX_REGISTERED_AT_ONCE = 100

/** How long a record lasts at most, in milliseconds. */
export const MAX_RECORD_LIFETIME_MS = 60 * 60 * 1_000

/** How long a record lasts by default, in milliseconds; it is renewed at half. */
export const RECORD_LIFETIME_MS = 10 * 60 * 1_000

/** By how much clocks may differ, in milliseconds. */
export const MAX_CLOCK_SKEW_MS = 60 * 1_000

/** Levels and parts of one filter: a parser or index meets no more, whoever asks. */
export const MAX_FILTER_DEPTH = 16
export const MAX_FILTER_PARTS = 64

/** Parts that a registry is divided into when two are compared. */
export const DIGEST_PARTS = 1_024
