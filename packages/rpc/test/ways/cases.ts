import type { JsonObject } from '@bufbuild/protobuf'
import type { WayCase } from './way.ts'

const DETAIL = { type: 'waystone.rpc.v1.ErrorInfo', value: { name: 'ShelfEmptyError', hint: 'fill it' } }
/** Connect code 5. */
const NOT_FOUND = { failCode: 5, failMessage: 'no such thing: äöü "%"' }
const DETAILED = { ...NOT_FOUND, errorName: 'ShelfEmptyError', errorHint: 'fill it' }
const NOT_FOUND_ERROR = { code: 'not_found', message: NOT_FOUND.failMessage, details: [] }
const DETAILED_ERROR = { ...NOT_FOUND_ERROR, details: [DETAIL] }
const METADATA = { header: 'in front', trailer: 'behind' }
const HIDDEN_ERROR = { code: 'internal', message: 'internal error', details: [] }
const LATE_ERROR = { code: 'deadline_exceeded' }
/** Milliseconds: a handler that hangs is ended after it. */
const SHORT_MS = 100
/** Milliseconds: never reached. */
const LONG_MS = 20_000
const MIB = 1024 * 1024

const unary: WayCase[] = [
  {
    name: 'a message',
    method: 'unary',
    requests: [{ text: 'hello', payload: 'AAEC/w==' }],
    expected: { answers: [{ text: 'hello', payload: 'AAEC/w==' }] }
  },
  { name: 'an empty message', method: 'unary', requests: [{}], expected: { answers: [{}] } },
  {
    name: 'headers both ways, and trailers',
    method: 'unary',
    header: { 'x-asked': 'why' },
    requests: [{ wish: { ...METADATA, echoHeader: 'x-asked' } }],
    expected: { answers: [{}], header: { 'x-wish': 'in front', 'x-echo': 'why' }, trailer: { 'x-wish-end': 'behind' } }
  },
  {
    name: 'an error',
    method: 'unary',
    requests: [{ wish: NOT_FOUND }],
    expected: { error: NOT_FOUND_ERROR }
  },
  {
    name: 'an error with a typed detail',
    method: 'unary',
    requests: [{ wish: DETAILED }],
    expected: { error: DETAILED_ERROR }
  },
  {
    name: 'an error with headers and trailers',
    method: 'unary',
    requests: [{ wish: { ...NOT_FOUND, ...METADATA } }],
    expected: { error: { ...NOT_FOUND_ERROR, metadata: { 'x-wish': 'in front', 'x-wish-end': 'behind' } } }
  },
  {
    name: 'an error of the implementation, which stays hidden',
    method: 'unary',
    requests: [{ wish: { throwPlain: true } }],
    expected: { error: HIDDEN_ERROR }
  },
  {
    name: 'a deadline that is kept',
    method: 'unary',
    timeoutMs: LONG_MS,
    requests: [{ text: 'soon' }],
    expected: { answers: [{ text: 'soon', timeoutMs: LONG_MS }] }
  },
  {
    name: 'a deadline that is missed',
    method: 'unary',
    timeoutMs: SHORT_MS,
    requests: [{ wish: { hang: true } }],
    expected: { error: LATE_ERROR }
  },
  {
    name: 'a service that is not served',
    method: 'unserved',
    requests: [{}],
    expected: { error: { code: 'unimplemented' } }
  },
  {
    name: 'a request that is too long',
    method: 'unary',
    requests: [{ text: 'x'.repeat(MIB) }],
    expected: { error: { code: 'resource_exhausted' } }
  }
]

/** One for each Connect code. */
const codes = [
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated'
].map((code, index): WayCase => {
  const requests = [{ wish: { failCode: index + 1, failMessage: `because ${code}` } }]
  return {
    name: `the code ${code}`,
    method: 'unary',
    requests,
    expected: { error: { code, message: `because ${code}`, details: [] } }
  }
})

const serverStream: WayCase[] = [
  {
    name: 'several answers',
    method: 'serverStream',
    requests: [{ text: 'x', count: 3 }],
    expected: { answers: [{ text: 'x' }, { text: 'x', index: 1 }, { text: 'x', index: 2 }] }
  },
  {
    name: 'answers of 64 KiB',
    method: 'serverStream',
    requests: [{ count: 5, wish: { payloadBytes: 65_536 } }],
    expected: { answers: [0, 1, 2, 3, 4].map(index => indexed(index, { payload: zeros(65_536) })) }
  },
  {
    name: 'headers both ways, and trailers',
    method: 'serverStream',
    header: { 'x-asked': 'why' },
    requests: [{ count: 1, wish: { ...METADATA, echoHeader: 'x-asked' } }],
    expected: { answers: [{}], header: { 'x-wish': 'in front', 'x-echo': 'why' }, trailer: { 'x-wish-end': 'behind' } }
  },
  {
    name: 'an error before any answer',
    method: 'serverStream',
    requests: [{ wish: DETAILED }],
    expected: { error: DETAILED_ERROR }
  },
  {
    name: 'an error with headers and trailers between answers',
    method: 'serverStream',
    requests: [{ wish: { ...DETAILED, ...METADATA, failAfter: 2 } }],
    expected: {
      answers: [{}, { index: 1 }],
      error: { ...DETAILED_ERROR, metadata: { 'x-wish': 'in front', 'x-wish-end': 'behind' } }
    }
  },
  {
    name: 'an error of the implementation, which stays hidden',
    method: 'serverStream',
    requests: [{ wish: { throwPlain: true, failAfter: 1 } }],
    expected: { answers: [{}], error: HIDDEN_ERROR }
  },
  {
    name: 'a deadline that is missed between answers',
    method: 'serverStream',
    timeoutMs: SHORT_MS,
    requests: [{ wish: { hang: true, failAfter: 1 } }],
    expected: { answers: [{}], error: LATE_ERROR }
  },
  {
    name: 'an answer that is too long',
    method: 'serverStream',
    requests: [{ count: 1, wish: { payloadBytes: MIB } }],
    expected: { error: { code: 'resource_exhausted' } }
  }
]

const clientStream: WayCase[] = [
  {
    name: 'several requests',
    method: 'clientStream',
    requests: [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
    expected: { answers: [{ texts: ['a', 'b', 'c'] }] }
  },
  { name: 'no request at all', method: 'clientStream', requests: [], expected: { answers: [{}] } },
  {
    name: 'headers both ways, and trailers',
    method: 'clientStream',
    header: { 'x-asked': 'why' },
    requests: [{ text: 'a', wish: { ...METADATA, echoHeader: 'x-asked' } }],
    expected: {
      answers: [{ texts: ['a'] }],
      header: { 'x-wish': 'in front', 'x-echo': 'why' },
      trailer: { 'x-wish-end': 'behind' }
    }
  },
  {
    name: 'an error at the second of three requests',
    method: 'clientStream',
    requests: [{ text: 'a' }, { wish: DETAILED }, { text: 'c' }],
    expected: { error: DETAILED_ERROR }
  },
  {
    name: 'a deadline that is missed',
    method: 'clientStream',
    timeoutMs: SHORT_MS,
    requests: [{ wish: { hang: true } }],
    expected: { error: LATE_ERROR }
  }
]

const bidiStream: WayCase[] = [
  {
    name: 'an answer to each request, in turn',
    method: 'bidiStream',
    requests: [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
    expected: { answers: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }
  },
  {
    name: 'headers both ways, and trailers',
    method: 'bidiStream',
    header: { 'x-asked': 'why' },
    requests: [{ wish: { ...METADATA, echoHeader: 'x-asked' } }],
    expected: { answers: [{}], header: { 'x-wish': 'in front', 'x-echo': 'why' }, trailer: { 'x-wish-end': 'behind' } }
  },
  {
    name: 'an error at the second request',
    method: 'bidiStream',
    requests: [{ text: 'a' }, { wish: { ...DETAILED, trailer: 'behind' } }],
    expected: { answers: [{ text: 'a' }], error: { ...DETAILED_ERROR, metadata: { 'x-wish-end': 'behind' } } }
  },
  {
    name: 'a deadline that is missed',
    method: 'bidiStream',
    timeoutMs: SHORT_MS,
    requests: [{ text: 'a' }, { wish: { hang: true } }],
    expected: { answers: [{ text: 'a' }], error: LATE_ERROR }
  }
]

/** Every way in gives the same outcome: see `expectOutcome`. */
export const cases: WayCase[] = [...unary, ...codes, ...serverStream, ...clientStream, ...bidiStream]

// the JSON form leaves zeros out
function indexed(index: number, fields: JsonObject): JsonObject {
  return index === 0 ? fields : { index, ...fields }
}

function zeros(bytes: number): string {
  return btoa('\0'.repeat(bytes))
}
