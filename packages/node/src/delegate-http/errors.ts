import { WaystoneError } from '@waystone/interface'
import { EXIT_START_FAILED } from '../exit-codes.ts'

/** The HTTP side of the delegate cannot listen where the config says. */
export class DelegateListenError extends WaystoneError {
  static override readonly name = 'DelegateListenError'
  readonly exitCode = EXIT_START_FAILED
}
