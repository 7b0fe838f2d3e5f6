import { WaystoneError } from '@waystone/interface'

/** The network that was asked for cannot exist. */
export class TestnetInvalidError extends WaystoneError {
  static override readonly name = 'TestnetInvalidError'
}

/** A node did not start; its `cause` is why. */
export class NodeStartFailedError extends WaystoneError {
  static override readonly name = 'NodeStartFailedError'
}

/** Some nodes still miss something; the message says which nodes and what. */
export class TestnetNotReadyError extends WaystoneError {
  static override readonly name = 'TestnetNotReadyError'
}

/** The node is none of this testnet, or was replaced by another. */
export class NotInTestnetError extends WaystoneError {
  static override readonly name = 'NotInTestnetError'
}

/** Something was asked of a testnet that has been disposed of. */
export class TestnetDisposedError extends WaystoneError {
  static override readonly name = 'TestnetDisposedError'
}

/** A part of the testnet did not stop; its `cause` is an `AggregateError`. */
export class TestnetStopFailedError extends WaystoneError {
  static override readonly name = 'TestnetStopFailedError'
}
