import { messageOf } from '@waystone/kit/error-fields'
import { INTERVAL_JITTER, INTERVAL_MS, MAX_PARTNERS, MAX_ROUNDS, SETTLE_MS } from './constants.ts'
import { Partner } from './partner.ts'
import { Round } from './round.ts'
import { Timers } from './timers.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { SyncPartnerStatus } from './contract.ts'
import type { SyncCounts } from './metrics.ts'
import type { RoundInit } from './round.ts'

export interface PartnersInit extends Pick<RoundInit, 'store' | 'intake' | 'unwanted'> {
  call: (peer: PeerId) => RoundInit['partner']
  clock: Clock
  random: Random
  log: Logger
  count: SyncCounts['round']
  /** Now and then. */
  onTick: () => void
}

/** The registries that this one is compared with: each when it comes, and then one at random now and then. */
export class Partners {
  readonly #init: PartnersInit
  readonly #byId = new Map<string, Partner>()
  readonly #timers: Timers
  readonly #rounds = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor(init: PartnersInit) {
    this.#init = init
    this.#timers = new Timers(init.clock)
    this.#tick()
  }

  /** A connected peer that may take part; safe to be called again. */
  came(peer: PeerId): void {
    const partner = this.#known(peer)
    partner.returned()
    this.#runSoon(partner)
  }

  /** It is gone, or may not take part any more: nothing more is taken from it. */
  left(peer: PeerId): void {
    this.#byId.get(peer.toString())?.left()
  }

  has(peer: PeerId): boolean {
    return this.#byId.get(peer.toString())?.connected === true
  }

  soon(peer: PeerId): void {
    const partner = this.#byId.get(peer.toString())
    if (partner?.connected === true) this.#runSoon(partner)
  }

  /** Once what begins with a connection has settled. */
  afterSettling(peer: PeerId): void {
    this.#timers.after(SETTLE_MS, () => this.soon(peer))
  }

  connected(): Partner[] {
    return [...this.#byId.values()].filter(({ connected }) => connected)
  }

  /** What was refused may be wanted now. */
  forgetSettled(): void {
    for (const partner of this.#byId.values()) partner.settled = undefined
  }

  statuses(): SyncPartnerStatus[] {
    return Array.from(this.#byId.values(), partner => partner.status())
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('the registry stops'))
    this.#timers.end()
    await Promise.all(this.#rounds)
  }

  #tick(): void {
    const jitter = 1 + INTERVAL_JITTER * (2 * this.#init.random.number() - 1)
    this.#timers.after(INTERVAL_MS * jitter, () => {
      this.#tick()
      this.#init.onTick()
      const due = this.connected().filter(({ isDue }) => isDue)
      const partner = due[Math.floor(this.#init.random.number() * due.length)]
      if (partner !== undefined) this.#runSoon(partner)
    })
  }

  #known(peer: PeerId): Partner {
    const id = peer.toString()
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const { clock, random } = this.#init
    const partner = new Partner(peer, clock, random)
    this.#byId.set(id, partner)
    this.#forgetOldest()
    return partner
  }

  #forgetOldest(): void {
    for (const [id, { connected }] of this.#byId) {
      if (this.#byId.size <= MAX_PARTNERS) return
      if (!connected) this.#byId.delete(id)
    }
  }

  #runSoon(partner: Partner): void {
    if (partner.running) partner.again = true
    if (this.#ending.signal.aborted || !partner.isDue) return
    // the next tick, or a later sign, finds it
    if (this.#rounds.size >= MAX_ROUNDS) return void (partner.again = true)
    const round = this.#run(partner).finally(() => {
      this.#rounds.delete(round)
      this.#runWaiting()
    })
    this.#rounds.add(round)
  }

  #runWaiting(): void {
    for (const partner of this.connected().filter(({ again }) => again)) {
      partner.again = false
      this.#runSoon(partner)
    }
  }

  async #run(partner: Partner): Promise<void> {
    const { call, count, log, store, intake, unwanted, clock } = this.#init
    const signal = AbortSignal.any([this.#ending.signal, partner.begin()])
    try {
      const round = new Round({ store, intake, unwanted, clock, partner: call(partner.peer), settled: partner.settled })
      const { settled, taken } = await round.run({ signal })
      partner.worked(settled)
      count(settled === undefined ? 'behind' : 'agreed')
      if (taken > 0) log('took %d records from %p', taken, partner.peer)
    } catch (error) {
      if (this.#ending.signal.aborted) return
      const { outcome, delayMs } = partner.failed(error)
      count(outcome)
      this.#timers.after(delayMs, () => this.soon(partner.peer))
      log('comparing registries with %p ended early: %s', partner.peer, messageOf(error))
    } finally {
      partner.running = false
    }
  }
}
