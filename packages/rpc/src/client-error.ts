import { Code, ConnectError } from '@connectrpc/connect'
import { describeDialFailure } from '@waystone/kit'
import { messageOf, nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from './error-info.ts'

// what went wrong on the way, by the name of the error; everything else means that the peer is not there
const CODES: Record<string, Code> = {
  UnsupportedProtocolError: Code.Unimplemented,
  LimitedConnectionError: Code.FailedPrecondition,
  TooManyOutboundProtocolStreamsError: Code.ResourceExhausted,
  FrameTooLargeError: Code.ResourceExhausted,
  FrameLengthInvalidError: Code.Internal,
  RpcFrameInvalidError: Code.Internal,
  PeerNameInvalidError: Code.InvalidArgument,
  NoServingPeerError: Code.Unavailable
}

/** What the caller of a call gets when the way to the peer failed. */
export function asCallError(error: unknown, signal: AbortSignal | undefined): ConnectError {
  if (signal?.aborted === true) return abortError(signal.reason)
  if (error instanceof ConnectError) return error
  const code = CODES[nameOf(error)]
  if (code !== undefined) return rpcError(code, toError(error))
  return new ConnectError(messageOf(error), Code.Unavailable, undefined, undefined, error)
}

/** The same, when not even a stream could be opened. */
export function asOpenError(error: unknown, signal: AbortSignal | undefined): ConnectError {
  if (signal?.aborted === true || error instanceof ConnectError || nameOf(error) in CODES) {
    return asCallError(error, signal)
  }
  return new ConnectError(describeDialFailure(error).reason, Code.Unavailable, undefined, undefined, error)
}

function abortError(reason: unknown): ConnectError {
  return reason instanceof ConnectError
    ? reason
    : new ConnectError('the call was cancelled', Code.Canceled, undefined, undefined, reason)
}
