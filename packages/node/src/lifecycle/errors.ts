import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_FAILED, EXIT_STOP_TIMED_OUT } from '../exit-codes.ts'

/** The node did not stop within its deadline. */
export class StopTimedOutError extends WaystoneError {
  static override readonly name = 'StopTimedOutError'
  readonly exitCode = EXIT_STOP_TIMED_OUT
}

/** A part failed while it stopped; the others were stopped all the same. */
export class StopFailedError extends WaystoneError {
  static override readonly name = 'StopFailedError'
  readonly exitCode = EXIT_FAILED
}

/** A node that was stopped is not started again: make a new one. */
export class NodeStoppedError extends WaystoneError {
  static override readonly name = 'NodeStoppedError'
}

/** A flag is unknown or lacks its value. */
export class UsageError extends WaystoneError {
  static override readonly name = 'UsageError'
  readonly exitCode = EXIT_BAD_CONFIG
}
