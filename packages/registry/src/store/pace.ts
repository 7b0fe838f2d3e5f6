import { nextTurn } from '@waystone/kit'
import { STEP_ROWS } from './constants.ts'

export interface PaceInit {
  /** Parts of the filter that each row is asked. */
  parts: number
  /** After each piece of work that is as much as a step of a query: it goes on when this resolves. */
  onStep?: (() => Promise<void>) | undefined
}

/** Lets others have their turn, and whoever asks much wait. */
export class Pace {
  readonly #init: PaceInit
  #work = 0

  constructor(init: PaceInit) {
    this.#init = init
  }

  /** So many rows were looked at. */
  did(rows: number): void {
    this.#work += rows * Math.max(1, this.#init.parts)
  }

  async turn(): Promise<void> {
    await nextTurn()
    for (; this.#work >= STEP_ROWS; this.#work -= STEP_ROWS) await this.#init.onStep?.()
  }
}
