import { TrustClosedError } from './errors.ts'

/** Lets changes happen one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  /** @throws TrustClosedError - and what the work throws, which stops none of the next ones */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
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
