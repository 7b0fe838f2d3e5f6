import type { JsonObject } from '@bufbuild/protobuf'

/** One call and what must come of it, whichever way it is made. */
export interface WayCase {
  name: string
  method: 'unary' | 'serverStream' | 'clientStream' | 'bidiStream' | 'unserved'
  /** In the JSON form of protobuf. */
  requests: JsonObject[]
  header?: Record<string, string>
  /** Milliseconds. */
  timeoutMs?: number
  expected: Expected
}

export interface Expected {
  answers?: JsonObject[]
  /** Of a call that succeeds; only what handlers set. */
  header?: Metadata
  trailer?: Metadata
  error?: ExpectedError
}

export interface ExpectedError {
  /** As the Connect protocol writes it, such as `not_found`. */
  code: string
  /** Absent where each way may say it in words of its own. */
  message?: string
  details?: Detail[]
  /** Headers and trailers together: unary errors do not tell them apart. */
  metadata?: Metadata
}

/** A typed detail of an error. */
export interface Detail {
  type: string
  value: JsonObject
}

export type Metadata = Record<string, string>

/** What came of a call. */
export interface Outcome {
  answers: JsonObject[]
  header: Metadata
  trailer: Metadata
  error?: Required<Omit<ExpectedError, 'metadata'>>
}

/** Makes one call in its own way. */
export type Way = (call: WayCase) => Promise<Outcome>

/** What handlers set begins with `x-`. */
export function metadataOf(header: Headers): Metadata {
  return Object.fromEntries([...header].filter(([name]) => name.startsWith('x-')))
}
