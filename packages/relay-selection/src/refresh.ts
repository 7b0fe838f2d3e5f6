import { refreshDelay } from './refresh-delay.ts'
import type { Clock, Timer } from '@waystone/interface'

export interface RefreshInit {
  clock: Clock
  /** End of the reservation in milliseconds since the Unix epoch; `undefined` when there is none. */
  expiresAt: () => number | undefined
  refresh: () => Promise<void>
  /** Called after each attempt, with what went wrong if something did. */
  onEnd: (error?: unknown) => void
}

/** The timer of one reservation. It runs while there is a reservation and it is not stopped. */
export class Refresh {
  readonly #init: RefreshInit
  #timer: Timer | undefined

  constructor(init: RefreshInit) {
    this.#init = init
  }

  start(): void {
    this.stop()
    const { clock, expiresAt } = this.#init
    const end = expiresAt()
    if (end === undefined) return
    const timer = clock.setTimeout(() => void this.#run(timer), refreshDelay(end - clock.now()))
    this.#timer = timer
  }

  stop(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  async #run(timer: Timer): Promise<void> {
    const error = await this.#init.refresh().then(
      () => undefined,
      (reason: unknown) => reason
    )
    this.#init.onEnd(error)
    // unless stopped or started anew in the meantime
    if (this.#timer === timer) this.start()
  }
}
