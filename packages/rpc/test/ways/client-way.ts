import { fromBinary, fromJson, toJson } from '@bufbuild/protobuf'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { ErrorInfoSchema } from '@waystone/wire/rpc'
import {
  BidiStreamRequestSchema,
  BidiStreamResponseSchema,
  CallRequestSchema,
  CallResponseSchema,
  ClientStreamRequestSchema,
  ClientStreamResponseSchema,
  ConformanceService,
  ServerStreamRequestSchema,
  ServerStreamResponseSchema,
  UnaryRequestSchema,
  UnaryResponseSchema,
  UnservedService
} from '../gen/conformance/v1/conformance_pb.ts'
import { metadataOf } from './way.ts'
import type { JsonObject } from '@bufbuild/protobuf'
import type { CallOptions, Client, Transport } from '@connectrpc/connect'
import type { Detail, Outcome, Way, WayCase } from './way.ts'

interface Made {
  client: Client<typeof ConformanceService>
  unserved: Client<typeof UnservedService>
  call: WayCase
  options: CallOptions
}

/** The way of a generated client, over any transport; also in browsers. */
export function clientWay(transport: Transport): Way {
  const client = createClient(ConformanceService, transport)
  const unserved = createClient(UnservedService, transport)
  return async call => {
    const outcome: Outcome = { answers: [], header: {}, trailer: {} }
    const options: CallOptions = {
      ...(call.header !== undefined && { headers: call.header }),
      ...(call.timeoutMs !== undefined && { timeoutMs: call.timeoutMs }),
      onHeader: header => (outcome.header = metadataOf(header)),
      onTrailer: trailer => (outcome.trailer = metadataOf(trailer))
    }
    try {
      const answers = kinds[call.method]({ client, unserved, call, options })
      for await (const answer of answers) outcome.answers.push(answer as JsonObject)
    } catch (error) {
      fail(outcome, ConnectError.from(error))
    }
    return outcome
  }
}

const kinds: Record<WayCase['method'], (made: Made) => AsyncGenerator> = {
  async *unary({ client, call, options }) {
    const request = fromJson(UnaryRequestSchema, call.requests[0] ?? {})
    yield toJson(UnaryResponseSchema, await client.unary(request, options))
  },
  async *unserved({ unserved, call, options }) {
    const request = fromJson(CallRequestSchema, call.requests[0] ?? {})
    yield toJson(CallResponseSchema, await unserved.call(request, options))
  },
  async *serverStream({ client, call, options }) {
    const request = fromJson(ServerStreamRequestSchema, call.requests[0] ?? {})
    for await (const answer of client.serverStream(request, options)) yield toJson(ServerStreamResponseSchema, answer)
  },
  async *clientStream({ client, call, options }) {
    const requests = call.requests.map(request => fromJson(ClientStreamRequestSchema, request))
    yield toJson(ClientStreamResponseSchema, await client.clientStream(listed(requests), options))
  },
  async *bidiStream({ client, call, options }) {
    const requests = call.requests.map(request => fromJson(BidiStreamRequestSchema, request))
    const turns = inTurn(requests)
    for await (const answer of client.bidiStream(turns.requests(), options)) {
      yield toJson(BidiStreamResponseSchema, answer)
      turns.next()
    }
  }
}

async function* listed<T>(values: T[]): AsyncGenerator<T> {
  yield* values
}

/** Requests of which each waits until the one before was answered: both directions must really be open. */
function inTurn<T>(values: T[]): { requests: () => AsyncGenerator<T>; next: () => void } {
  const turns = values.map(() => Promise.withResolvers<void>())
  let answered = 0
  async function* requests(): AsyncGenerator<T> {
    for (const [index, value] of values.entries()) {
      if (index > 0) await turns[index - 1]?.promise
      yield value
    }
  }
  return { requests, next: () => turns[answered++]?.resolve() }
}

function fail(outcome: Outcome, error: ConnectError): void {
  const details = error.details.map(detailOf)
  outcome.error = { code: codeName(error.code), message: error.rawMessage, details }
  outcome.trailer = { ...outcome.trailer, ...metadataOf(error.metadata) }
}

function detailOf(detail: ConnectError['details'][number]): Detail {
  if (!('type' in detail)) return { type: detail.desc.typeName, value: {} }
  return { type: detail.type, value: toJson(ErrorInfoSchema, fromBinary(ErrorInfoSchema, detail.value)) as JsonObject }
}

function codeName(code: Code): string {
  return Code[code].replaceAll(/(?<!^)[A-Z]/g, letter => `_${letter}`).toLowerCase()
}
