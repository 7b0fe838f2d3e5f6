import { Code, ConnectError, createContextKey } from '@connectrpc/connect'
import { errorFromJsonBytes } from '@connectrpc/connect/protocol-connect'
import { rpcError } from './error-info.ts'
import { RequestUnreadableError } from './errors.ts'
import type { Interceptor } from '@connectrpc/connect'
import type { UniversalHandler, UniversalServerRequest, UniversalServerResponse } from '@connectrpc/connect/protocol'

/** Whether a unary request has been read: what fails after that is no fault of it. */
const readKey = createContextKey(false)

/** What Connect says of what it cannot read: `internal` of protobuf, the other of JSON and frames. */
const UNREADABLE: ReadonlySet<Code> = new Set([Code.Internal, Code.InvalidArgument])
const UNREADABLE_STATUS: ReadonlySet<number> = new Set([400, 500])

/**
 * Names what is wrong with the messages of a streaming request, and notes that
 * a unary one was read. Has to be the outermost, before whatever may fail here.
 */
export const noteReading: Interceptor = next => async request => {
  if (request.stream) return await next({ ...request, message: readable(request.message) })
  request.contextValues.set(readKey, true)
  return await next(request)
}

/**
 * A handler that throws what is wrong with a unary request: Connect reads it
 * before any interceptor, and has its answer ready when it cannot.
 */
export function namingUnreadable(handler: UniversalHandler): UniversalHandler {
  const naming = async (request: UniversalServerRequest): Promise<UniversalServerResponse> => {
    const response = await handler(request)
    if (!UNREADABLE_STATUS.has(response.status) || request.contextValues?.get(readKey) !== false) return response
    throw named(await errorOf(response))
  }
  return Object.assign(naming, handler)
}

async function* readable<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* messages
  } catch (error) {
    throw named(error)
  }
}

async function errorOf({ body }: UniversalServerResponse): Promise<unknown> {
  const unknown = new ConnectError('the request failed before it was read', Code.Unknown)
  // Connect gives the error in one piece
  for await (const chunk of body ?? []) return errorFromJsonBytes(chunk, undefined, unknown)
  return unknown
}

function named(error: unknown): unknown {
  if (!(error instanceof ConnectError) || !UNREADABLE.has(error.code)) return error
  const hint = 'send messages of the type that the .proto file gives the method, nested at most 100 deep'
  return rpcError(Code.InvalidArgument, new RequestUnreadableError(error.rawMessage, { hint, cause: error }))
}
