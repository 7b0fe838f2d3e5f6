import { backoffDelay, createDeadline } from '@waystone/kit'
import {
  FEED_DEADLINE_MS,
  FEED_REFRESH_MS,
  FEED_RETRY_MS,
  MIN_FEED_REFRESH_MS,
  REFRESH_JITTER,
  TOLERATED_FEED_FAULTS
} from './constants.ts'
import { RuleListInvalidError } from './errors.ts'
import { fetchList } from './fetch-list.ts'
import type { Clock, Random } from '@waystone/interface'
import type { FeedCopy } from './feed-copy.ts'
import type { FetchedList } from './fetch-list.ts'
import type { RuleList } from './rule-list.ts'

export interface FeedSourceInit {
  url: string
  /** Milliseconds. */
  refresh?: number | undefined
  list: RuleList
  copy: FeedCopy
  clock: Clock
  random: Random
  fetch: typeof globalThis.fetch
}

/** Keeps a list as an HTTP server has it. */
export class FeedSource {
  readonly #init: FeedSourceInit
  readonly #refreshMs: number
  #known: FetchedList | undefined
  #failures = 0

  constructor(init: FeedSourceInit) {
    this.#init = init
    this.#refreshMs = Math.max(MIN_FEED_REFRESH_MS, init.refresh ?? FEED_REFRESH_MS)
  }

  /** The version of the last run. Never throws but for the signal. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#known !== undefined) return
    await this.#try(signal, async () => {
      const stored = await this.#init.copy.load({ signal })
      if (stored !== undefined) await this.#take(stored, signal)
    })
  }

  /** Until the signal ends. */
  async follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      const isFresh = await this.#try(signal, () => this.#refresh(signal))
      this.#failures = isFresh ? 0 : this.#failures + 1
      await this.#init.clock.sleep(this.#delay(), { signal })
    }
  }

  async #try(signal: AbortSignal, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      signal.throwIfAborted()
      this.#init.list.fail(error)
      return false
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { list, copy } = this.#init
    const fetched = await this.#fetch(signal)
    if (fetched === undefined || fetched.text === this.#known?.text) list.confirm()
    else await this.#take(fetched, signal)
    if (fetched !== undefined) await copy.save(fetched, { signal })
    this.#known = fetched ?? this.#known
  }

  async #fetch(signal: AbortSignal): Promise<FetchedList | undefined> {
    const { url, clock, fetch } = this.#init
    using deadline = createDeadline({ ms: FEED_DEADLINE_MS, what: 'fetching the feed', signal, clock })
    return await fetchList({ url, known: this.#known, signal: deadline.signal, fetch })
  }

  async #take(fetched: FetchedList, signal: AbortSignal): Promise<void> {
    // a server that lost its list must not open the door to everybody
    if (!/\S/.test(fetched.text)) throw new RuleListInvalidError('the feed is empty')
    await this.#init.list.replace(fetched.text, { signal, tolerated: TOLERATED_FEED_FAULTS })
    this.#known = fetched
  }

  #delay(): number {
    const random = this.#init.random.number()
    if (this.#failures === 0) return this.#refreshMs * (1 - REFRESH_JITTER + 2 * REFRESH_JITTER * random)
    return backoffDelay(this.#failures - 1, { baseMs: FEED_RETRY_MS, maxMs: this.#refreshMs }, random)
  }
}
