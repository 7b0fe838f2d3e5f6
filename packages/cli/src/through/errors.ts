import { WaystoneError } from '@waystone/interface'

/** A node ended a call without saying what came of it. */
export class CallEndedEarlyError extends WaystoneError {
  static override readonly name = 'CallEndedEarlyError'

  constructor() {
    super('the node ended the call early', { hint: 'it may have been stopped; see its log' })
  }
}
