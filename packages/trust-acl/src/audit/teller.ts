import { TokenBucket } from '@waystone/kit'
import { TOLD_AT_ONCE, TOLD_PER_SECOND } from './constants.ts'
import type { AdminEvents, Clock } from '@waystone/interface'
import type { AuditEvent } from '../contract.ts'

/** Of one kind of event. */
interface Budget {
  readonly bucket: TokenBucket
  /** Events that were not told since the last one that was. */
  untold: number
}

/** Tells the operator's event log what happens, but not every stranger of a flood. */
export class Teller {
  readonly #events: AdminEvents
  readonly #clock: Clock
  readonly #budgets = new Map<AuditEvent['kind'], Budget>()

  constructor(events: AdminEvents, clock: Clock) {
    this.#events = events
    this.#clock = clock
  }

  tell({ kind, subject, function: trustFunction, reason }: AuditEvent): void {
    const budget = this.#budget(kind)
    if (!budget.bucket.take()) {
      budget.untold++
      return
    }
    const { untold } = budget
    budget.untold = 0
    this.#events.emit(`trust:${kind}`, {
      subject,
      ...(trustFunction !== undefined && { function: trustFunction }),
      reason,
      ...(untold > 0 && { untold })
    })
  }

  #budget(kind: AuditEvent['kind']): Budget {
    const known = this.#budgets.get(kind)
    if (known !== undefined) return known
    const bucket = new TokenBucket({ capacity: TOLD_AT_ONCE, refillPerSecond: TOLD_PER_SECOND, clock: this.#clock })
    const budget = { bucket, untold: 0 }
    this.#budgets.set(kind, budget)
    return budget
  }
}
