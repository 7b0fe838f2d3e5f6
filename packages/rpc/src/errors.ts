import { WaystoneError } from '@waystone/interface'

/** The other side does not keep to `/waystone/rpc/1.0.0`. */
export class RpcFrameInvalidError extends WaystoneError {
  static override readonly name = 'RpcFrameInvalidError'
}

/** A request holds what is no message of its method, or is not framed well. */
export class RequestUnreadableError extends WaystoneError {
  static override readonly name = 'RequestUnreadableError'
}

/** The stream ended inside a call: the other side, or the connection to it, is gone. */
export class CallBrokenError extends WaystoneError {
  static override readonly name = 'CallBrokenError'
}

/** A peer has more streams for calls open than one may. */
export class TooManyStreamsError extends WaystoneError {
  static override readonly name = 'TooManyStreamsError'
}

/** No connected peer serves the service. */
export class NoServingPeerError extends WaystoneError {
  static override readonly name = 'NoServingPeerError'
}

/** The same RPC service is served twice. */
export class ServiceTakenError extends WaystoneError {
  static override readonly name = 'ServiceTakenError'
}

/** An RPC service is announced under another name than its own. */
export class ServiceNameError extends WaystoneError {
  static override readonly name = 'ServiceNameError'
}

/** A page's cursor was not made by this node for this list, or was changed. */
export class CursorInvalidError extends WaystoneError {
  static override readonly name = 'CursorInvalidError'
}
