import { Code, ConnectError } from '@connectrpc/connect'
import { codeOf } from '@waystone/kit/error-fields'
import { describeRpcFailure, rpcError } from '@waystone/rpc'
import {
  ApiCertificateError,
  CallUnknownError,
  NodeLostError,
  NodeNotRunningError,
  NodeUnreachableError,
  TokenRefusedError
} from './errors.ts'
import type { Interceptor } from '@connectrpc/connect'

const REFUSED = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'])
const LOST = new Set(['ECONNRESET', 'EPIPE'])
const UNREACHABLE = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/

/** Gives failures of the way to the node a name and a hint; those that the node itself names stay as they are. */
export function explainFailures(url: string): Interceptor {
  return next => async request => {
    try {
      const response = await next(request)
      return response.stream ? { ...response, message: explainedStream(response.message, url) } : response
    } catch (error) {
      throw explainedAnswer(ConnectError.from(error), url, request.method.name)
    }
  }
}

// within a stream an error may be that of another peer, whose codes say nothing of this node
async function* explainedStream<T>(messages: AsyncIterable<T>, url: string) {
  try {
    yield* messages
  } catch (error) {
    throw explainedWay(ConnectError.from(error), url)
  }
}

/** What is wrong with the call as such. */
function explainedAnswer(error: ConnectError, url: string, call: string): ConnectError {
  const named = describeRpcFailure(error).name
  if (error.code === Code.Unauthenticated && [Code[error.code], 'AdminTokenWrongError'].includes(named)) {
    return rpcError(error.code, tokenRefused(url))
  }
  const unknown = error.code === Code.Unimplemented && error.details.length === 0
  return unknown ? rpcError(error.code, unknownCall(url, call)) : explainedWay(error, url)
}

/** What is wrong between here and the node. */
function explainedWay(error: ConnectError, url: string): ConnectError {
  const system = systemCodeOf(error)
  if (error.details.length > 0 || system === undefined) return error
  if (CERTIFICATE.test(system)) return rpcError(Code.Unavailable, notTrusted(url, system))
  if (REFUSED.has(system)) return rpcError(Code.Unavailable, notRunning(url))
  if (UNREACHABLE.has(system)) return rpcError(Code.Unavailable, unreachable(url, system))
  return LOST.has(system) ? rpcError(Code.Unavailable, lost(url, system)) : error
}

// Connect keeps what the system said as the cause, sometimes behind another error
function systemCodeOf(error: unknown): string | undefined {
  for (let next = error, depth = 0; next instanceof Error && depth < 5; next = next.cause, depth++) {
    const code = codeOf(next)
    if (code !== undefined) return code
  }
  return undefined
}

/** No node answers at an address that a person gave. */
export function notRunning(url: string): NodeNotRunningError {
  return new NodeNotRunningError(`no node answers at ${url}`, {
    hint: 'check whether the node runs; its address is in admin.url of its data folder'
  })
}

function unreachable(url: string, code: string): NodeUnreachableError {
  return new NodeUnreachableError(`${url} cannot be reached from this machine (${code})`, {
    hint: 'check the host name, and that nothing between here and there blocks the port'
  })
}

function lost(url: string, code: string): NodeLostError {
  return new NodeLostError(`the connection to the node at ${url} was lost (${code})`, {
    hint: 'the node may have ended; see its log'
  })
}

function tokenRefused(url: string): TokenRefusedError {
  return new TokenRefusedError(`the node at ${url} does not accept the token`, {
    hint: 'give the file admin.token of that node with --token-file or WAYSTONE_ADMIN_TOKEN_FILE'
  })
}

function unknownCall(url: string, call: string): CallUnknownError {
  return new CallUnknownError(`the node at ${url} does not know ${call}`, {
    hint: 'it may run another version of Waystone; see waystone status'
  })
}

function notTrusted(url: string, code: string): ApiCertificateError {
  return new ApiCertificateError(`the certificate of ${url} is not trusted here (${code})`, {
    hint: 'give the certificate that signed it with --ca-file, and use a host name that it holds'
  })
}
