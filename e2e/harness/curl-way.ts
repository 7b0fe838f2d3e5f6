import { fromBinary, toJson } from '@bufbuild/protobuf'
import { ErrorInfoSchema } from '@waystone/wire/rpc'
import { metadataOf } from '../../packages/rpc/test/ways/way.ts'
import { curl } from './curl.ts'
import type { JsonObject } from '@bufbuild/protobuf'
import type { Metadata, Outcome, Way, WayCase } from '../../packages/rpc/test/ways/way.ts'
import type { CurlAnswer } from './curl.ts'

/** An error, and a typed detail of it, as the Connect protocol writes them in JSON. */
interface JsonError {
  code: string
  message?: string
  details?: { type: string; value: string }[]
}

interface EndOfStream {
  error?: JsonError
  metadata?: Record<string, string[]>
}

const PATHS: Record<WayCase['method'], string> = {
  unary: '/conformance.v1.ConformanceService/Unary',
  serverStream: '/conformance.v1.ConformanceService/ServerStream',
  clientStream: '/conformance.v1.ConformanceService/ClientStream',
  bidiStream: '/conformance.v1.ConformanceService/BidiStream',
  unserved: '/conformance.v1.UnservedService/Call'
}
/** Before each message of a stream: flags, and the length in network order. */
const ENVELOPE_BYTES = 5
const END_OF_STREAM = 2
const TRAILER_PREFIX = 'trailer-'

/** The way of a person with curl. Nothing of Connect's own code is used. */
export function curlWay(baseUrl: string, version: '1.1' | '2'): Way {
  const http = version === '2' ? '--http2-prior-knowledge' : '--http1.1'
  return async call => {
    const streams = call.method !== 'unary' && call.method !== 'unserved'
    const header = {
      'content-type': streams ? 'application/connect+json' : 'application/json',
      ...(call.timeoutMs !== undefined && { 'connect-timeout-ms': String(call.timeoutMs) }),
      // curl would wait for a "100 Continue"
      expect: '',
      ...call.header
    }
    const headers = Object.entries(header).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const args = [http, ...headers, '--data-binary', '@-', `${baseUrl}${PATHS[call.method]}`]
    const input = streams ? Buffer.concat(call.requests.map(envelope)) : Buffer.from(JSON.stringify(call.requests[0]))
    const answer = await curl({ args, input })
    return streams ? streamOutcome(answer) : unaryOutcome(answer)
  }
}

function unaryOutcome({ status, header, body }: CurlAnswer): Outcome {
  const metadata = { header: metadataOf(header), trailer: trailersIn(header) }
  // nothing is served there: the Connect protocol lets HTTP say so
  if (status === 404 && body.length === 0)
    return { answers: [], ...metadata, error: errorOf({ code: 'unimplemented' }) }
  const json: unknown = JSON.parse(body.toString())
  if (status !== 200) return { answers: [], ...metadata, error: errorOf(json as JsonError) }
  return { answers: [json as JsonObject], ...metadata }
}

function streamOutcome({ header, body }: CurlAnswer): Outcome {
  const answers: JsonObject[] = []
  let end: EndOfStream = {}
  for (let at = 0; at < body.length;) {
    const next = at + ENVELOPE_BYTES + body.readUInt32BE(at + 1)
    const json: unknown = JSON.parse(body.subarray(at + ENVELOPE_BYTES, next).toString())
    if (body[at] === END_OF_STREAM) end = json as EndOfStream
    else answers.push(json as JsonObject)
    at = next
  }
  const trailer = Object.fromEntries(Object.entries(end.metadata ?? {}).map(([name, values]) => [name, values.join()]))
  const outcome = { answers, header: metadataOf(header), trailer }
  return end.error === undefined ? outcome : { ...outcome, error: errorOf(end.error) }
}

function envelope(request: JsonObject): Buffer {
  const message = Buffer.from(JSON.stringify(request))
  const head = Buffer.alloc(ENVELOPE_BYTES)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function trailersIn(header: Headers): Metadata {
  const trailers = [...header].filter(([name]) => name.startsWith(TRAILER_PREFIX))
  return Object.fromEntries(trailers.map(([name, value]) => [name.slice(TRAILER_PREFIX.length), value]))
}

function errorOf({ code, message = '', details = [] }: JsonError): NonNullable<Outcome['error']> {
  const read = (value: string) => toJson(ErrorInfoSchema, fromBinary(ErrorInfoSchema, Buffer.from(value, 'base64')))
  return { code, message, details: details.map(({ type, value }) => ({ type, value: read(value) as JsonObject })) }
}
