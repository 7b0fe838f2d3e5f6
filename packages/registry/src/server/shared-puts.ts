import { nextTurn } from '@waystone/kit'
import { toError } from '@waystone/kit/error-fields'
import { MAX_PUT_TOGETHER } from './constants.ts'
import type { PutGroup, PutResult, RegistryStore } from '../contract.ts'

type Results = (PutResult | Error)[]

interface Waiting extends PutGroup {
  answer: (results: Results) => void
}

/** Puts what calls bring in the same turn with one transaction: to begin and end one takes as long as to put a record. */
export class SharedPuts {
  readonly #store: Pick<RegistryStore, 'putGroups'>
  #waiting: Waiting[] = []

  constructor(store: Pick<RegistryStore, 'putGroups'>) {
    this.#store = store
  }

  /** Answers when it is in the store; each record is taken or refused for itself, and never throws. */
  async put(group: PutGroup): Promise<Results> {
    const { promise, resolve } = Promise.withResolvers<Results>()
    this.#waiting.push({ ...group, answer: resolve })
    if (this.#waiting.length === 1) void this.#putSoon()
    return await promise
  }

  async #putSoon(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTurn()
      const together = this.#waiting.splice(0, this.#countOfNext())
      for (const [at, results] of this.#putTogether(together).entries()) together[at]?.answer(results)
    }
  }

  /** At least one; a long transaction would keep others waiting. */
  #countOfNext(): number {
    let records = 0
    const tooMany = this.#waiting.findIndex(({ records: more }) => (records += more.length) > MAX_PUT_TOGETHER)
    return tooMany === -1 ? this.#waiting.length : Math.max(1, tooMany)
  }

  /** What fails together is tried one by one: there may be room for some of it. */
  #putTogether(groups: readonly PutGroup[]): Results[] {
    try {
      return this.#store.putGroups(groups)
    } catch (error) {
      if (groups.length > 1) return groups.flatMap(group => this.#putTogether([group]))
      return groups.map(({ records }) => records.map(() => toError(error)))
    }
  }
}
