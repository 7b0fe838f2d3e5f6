import { backoffDelay, createDeadline } from '@waystone/kit'
import { PROVIDE_MS, PROVIDE_RETRY_BASE_MS, PROVIDE_RETRY_MAX_MS, REPROVIDE_MS } from './constants.ts'
import type { ContentRouting, Logger } from '@libp2p/interface'
import type { Clock, Random, Timer } from '@waystone/interface'
import type { CID } from 'multiformats/cid'

export interface AnnouncerInit {
  routing: Pick<ContentRouting, 'provide'>
  /** All that is to be announced. */
  kept: () => Promise<CID[]>
  clock: Clock
  random: Random
  log: Logger
}

/** Tells the network what is kept here, again and again while it runs. What fails is repeated; nobody waits for it. */
export class Announcer {
  readonly #init: AnnouncerInit
  readonly #due = new Map<string, CID>()
  #ending: AbortController | undefined
  #timer: Timer | undefined
  #round: Promise<void> | undefined
  #failures = 0

  constructor(init: AnnouncerInit) {
    this.#init = init
  }

  /** Announces everything that is kept, at once. */
  start(): void {
    if (this.#ending !== undefined) return
    this.#ending = new AbortController()
    this.#begin(true)
  }

  async stop(): Promise<void> {
    this.#ending?.abort()
    this.#ending = undefined
    this.#timer?.clear()
    await this.#round
    this.#due.clear()
  }

  add(cid: CID): void {
    this.#due.set(cid.toString(), cid)
    if (this.#ending !== undefined && this.#round === undefined) this.#begin(false)
  }

  remove(cid: CID): void {
    this.#due.delete(cid.toString())
  }

  #begin(all: boolean): void {
    const signal = this.#ending?.signal
    if (signal === undefined || signal.aborted) return
    this.#timer?.clear()
    this.#round = this.#announce(all, signal)
      .catch((error: unknown) => this.#init.log.error('cannot read what is kept - %e', error))
      .finally(() => {
        this.#round = undefined
        this.#schedule(signal)
      })
  }

  async #announce(all: boolean, signal: AbortSignal): Promise<void> {
    if (all) for (const cid of await this.#init.kept()) this.#due.set(cid.toString(), cid)
    const before = this.#due.size
    for (const cid of this.#due.values()) {
      if (signal.aborted) return
      await this.#provide(cid, signal)
    }
    this.#failures = this.#due.size < before || this.#due.size === 0 ? 0 : this.#failures + 1
  }

  async #provide(cid: CID, signal: AbortSignal): Promise<void> {
    const { routing, clock, log } = this.#init
    using deadline = createDeadline({ ms: PROVIDE_MS, what: `announcing ${cid.toString()}`, signal, clock })
    try {
      await routing.provide(cid, { signal: deadline.signal })
      this.#due.delete(cid.toString())
    } catch (error) {
      log('cannot announce %c - %e', cid, error)
    }
  }

  #schedule(signal: AbortSignal): void {
    if (signal.aborted) return
    const { clock, random } = this.#init
    const retry = { baseMs: PROVIDE_RETRY_BASE_MS, maxMs: PROVIDE_RETRY_MAX_MS }
    const failed = this.#due.size > 0
    const delay = failed ? backoffDelay(this.#failures, retry, random.number()) : REPROVIDE_MS
    this.#timer = clock.setTimeout(() => this.#begin(!failed), delay)
  }
}
