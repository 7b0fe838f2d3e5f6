import { TokenBucket } from '@waystone/kit'
import { LOGGED_FAULTS_PER_SECOND } from './constants.ts'
import type { CounterGroup, Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

export interface FaultLogInit {
  name: string
  log: Logger
  clock: Clock
  counter: CounterGroup | undefined
}

/** Where errors in the callbacks of a plugin end. A remote may cause them, so not every one is logged. */
export class FaultLog {
  readonly #init: FaultLogInit
  readonly #logged: TokenBucket

  constructor(init: FaultLogInit) {
    this.#init = init
    const rate = LOGGED_FAULTS_PER_SECOND
    this.#logged = new TokenBucket({ refillPerSecond: rate, capacity: rate, clock: init.clock })
  }

  report(what: string, error: unknown): void {
    const { name, log, counter } = this.#init
    counter?.increment({ [name]: true })
    if (this.#logged.take()) log.error('%s failed - %e', what, error)
    else log.trace('%s failed - %e', what, error)
  }

  /** The callback, which no longer throws and whose promise no longer rejects. */
  contain<A extends unknown[]>(what: string, callback: (...args: A) => unknown): (...args: A) => void {
    return (...args) => {
      const work = (async () => await callback(...args))()
      work.catch((error: unknown) => this.report(what, error))
    }
  }
}
