import { nextTurn } from '@waystone/kit'
import { CHANGES_A_TURN } from './constants.ts'
import { TrustClosedError } from './errors.ts'

/** Lets changes happen one after the other, and everything else that waits in between now and then. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #count = 0
  #closed = false

  /** @throws TrustClosedError - and what the work throws, which stops none of the next ones */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (++this.#count % CHANGES_A_TURN === 0) await nextTurn()
      if (this.#closed) throw new TrustClosedError('the trust database was closed')
      return await work()
    })
    this.#last = turn.catch(() => {})
    return await turn
  }

  /** Waits for the change that is happening; later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#last
  }
}
