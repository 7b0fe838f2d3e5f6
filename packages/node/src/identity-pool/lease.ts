import { abortable, createDeadline } from '@waystone/kit'
import { LEASE_PARTS } from './constants.ts'
import { LeaseLostError } from './errors.ts'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Claim } from './contract.ts'

export interface LeaseInit {
  claim: Claim
  /** When the slot was asked for, by the monotonic clock. */
  since: number
  /** In milliseconds. */
  durationMs: number
  clock: Clock
  log: Logger
}

/**
 * A slot that this node holds, renewed until it is released or lost. All times are measured from when the last good
 * renewal began, by the node's own monotonic clock: the keeper cannot have counted from an earlier moment.
 */
export class Lease {
  readonly #init: LeaseInit
  readonly #lost = new AbortController()
  readonly #ended = new AbortController()
  readonly #keeping: Promise<void>
  #since: number
  #failure: unknown
  #failures = 0

  constructor(init: LeaseInit) {
    this.#init = init
    this.#since = init.since
    this.#keeping = init.claim.renew === undefined ? Promise.resolve() : this.#keep()
  }

  get slot(): number {
    return this.#init.claim.slot
  }

  get fence(): bigint {
    return this.#init.claim.fence
  }

  get keeper(): bigint | undefined {
    return this.#init.claim.keeper
  }

  /** How many renewals failed. */
  get failures(): number {
    return this.#failures
  }

  /** Aborts with a LeaseLostError when the node has to stop serving, in time for that. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Until others may have the slot, in milliseconds; never negative, without end where nobody has to be told. */
  get leftMs(): number {
    if (this.#init.claim.renew === undefined) return Infinity
    return Math.max(0, this.#at('free') - this.#init.clock.monotonic())
  }

  /** Frees the slot, unless it is lost. Never rejects: a lease that could not be given back runs out. */
  async release(): Promise<void> {
    await this.abandon()
    if (this.lost.aborted) return
    const { claim, durationMs, clock, log } = this.#init
    using deadline = createDeadline({ ms: durationMs * LEASE_PARTS.renew, what: 'giving the slot back', clock })
    try {
      await abortable(claim.release({ signal: deadline.signal }), deadline.signal)
    } catch (error) {
      log.error('slot %d could not be given back, its lease runs out by itself - %e', this.slot, error)
    }
  }

  /** Renews no more and frees nothing: for a node that may be serving still. */
  async abandon(): Promise<void> {
    this.#ended.abort(new Error('the lease is over'))
    await this.#keeping
  }

  async #keep(): Promise<void> {
    const { clock, durationMs } = this.#init
    const { signal } = this.#ended
    let next = this.#at('renew')
    while (!signal.aborted && !this.lost.aborted) {
      await clock.sleep(Math.max(0, next - clock.monotonic()), { signal }).catch(() => {})
      if (signal.aborted) return
      if (clock.monotonic() >= this.#at('free')) return this.#lose('ran out while this process stood still')
      const isRenewed = await this.#renew()
      if (!isRenewed && clock.monotonic() >= this.#at('giveUp')) this.#lose('could not be renewed')
      const soon = clock.monotonic() + durationMs * LEASE_PARTS.poll
      next = isRenewed ? this.#at('renew') : Math.min(soon, this.#at('giveUp'))
    }
  }

  /**
   * Whether it is renewed. A renewal that hangs ends when the lease is given up; a process that comes back to itself
   * later than that, and before others may have the slot, tries once.
   */
  async #renew(): Promise<boolean> {
    const { claim, clock, log, durationMs } = this.#init
    const began = clock.monotonic()
    const ms = Math.max(this.#at('giveUp') - began, Math.min(this.#at('free') - began, durationMs * LEASE_PARTS.poll))
    using deadline = createDeadline({ ms, what: 'renewing the lease', clock, signal: this.#ended.signal })
    const { signal } = deadline
    try {
      const isOurs = await abortable(claim.renew?.({ signal }) ?? Promise.resolve(true), signal)
      this.#failure = undefined
      if (isOurs) this.#since = began
      else this.#lose('is somebody else’s by now')
      return isOurs
    } catch (error) {
      if (this.#ended.signal.aborted) return false
      this.#failure = error
      this.#failures++
      log.error('slot %d could not be renewed - %e', this.slot, error)
      return false
    }
  }

  /** When a part of the lease ends, by the monotonic clock. */
  #at(part: keyof typeof LEASE_PARTS): number {
    return this.#since + this.#init.durationMs * LEASE_PARTS[part]
  }

  #lose(what: string): void {
    if (this.lost.aborted || this.#ended.signal.aborted) return
    const hint = 'another node may take the slot: start this one again, and it waits for a free one'
    this.#lost.abort(
      new LeaseLostError(`The lease of slot ${this.slot} ${what}`, {
        hint,
        ...(this.#failure !== undefined && { cause: this.#failure })
      })
    )
  }
}
