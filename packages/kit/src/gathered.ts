import type { Clock, Timer } from '@waystone/interface'

export interface GatheredInit {
  clock: Pick<Clock, 'setTimeout'>
  /** Milliseconds for which further requests are gathered. */
  withinMs: number
  /** Must not throw. */
  work: () => void
}

/** Does once what is asked for many times in a row; the first request says when, so that others cannot put it off. */
export class Gathered {
  readonly #init: GatheredInit
  #timer: Timer | undefined

  constructor(init: GatheredInit) {
    this.#init = init
  }

  readonly soon = (): void => {
    this.#timer ??= this.#init.clock.setTimeout(() => this.#run(), this.#init.withinMs)
  }

  /** What was asked for is not done any more. */
  clear(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  #run(): void {
    this.#timer = undefined
    this.#init.work()
  }
}
