import { abortable } from '@waystone/kit'

/** Lets one piece of work in at a time, in the order of arrival. */
export class Turnstile {
  #last: Promise<void> = Promise.resolve()

  /** Rejects with the signal's reason when it ends first; the next one then goes on. */
  async pass<T>(work: () => Promise<T>, { signal }: { signal: AbortSignal }): Promise<T> {
    const before = this.#last
    const { promise: done, resolve } = Promise.withResolvers<void>()
    this.#last = before.then(async () => done)
    try {
      await abortable(before, signal)
      return await abortable(work(), signal)
    } finally {
      resolve()
    }
  }
}
