import { WaystoneError } from '@waystone/interface'

/** As many examinations run as may at one time. */
export class DoctorBusyError extends WaystoneError {
  static override readonly name = 'DoctorBusyError'

  constructor() {
    super('this node is being examined already', { hint: 'wait until that has ended' })
  }
}
