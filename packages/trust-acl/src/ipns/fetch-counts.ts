import type { RecordWay } from '../contract.ts'

/** What a way brought when a record was looked for; `nothing` also when it failed or was too slow. */
export type FetchResult = 'found' | 'refused' | 'nothing'

export interface FetchCount {
  readonly way: RecordWay
  readonly result: FetchResult
  readonly count: number
}

/** How often each way brought a record; for metrics. */
export class FetchCounts {
  readonly #counts = new Map<string, FetchCount>()

  add(way: RecordWay, result: FetchResult): void {
    const key = `${way} ${result}`
    const count = (this.#counts.get(key)?.count ?? 0) + 1
    this.#counts.set(key, { way, result, count })
  }

  all(): FetchCount[] {
    return [...this.#counts.values()]
  }
}
