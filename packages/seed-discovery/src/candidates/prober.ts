import { Staggered, TokenBucket } from '@waystone/kit'
import { STAGGER_MS } from '../constants.ts'
import { DIAL_RATE, MOST_DIALS } from './constants.ts'
import { meet } from './meeting.ts'
import { Need } from './need.ts'
import type { Random, Timer } from '@waystone/interface'
import type { Candidate } from './candidate.ts'
import type { Candidates } from './candidates.ts'
import type { Meeting, MeetInit } from './meeting.ts'
import type { NeedInit } from './need.ts'

export interface ProberInit extends MeetInit, Omit<NeedInit, 'connectionManager'> {
  candidates: Candidates
  random: Random
  /** Told of each dial. */
  onMet: (meeting: Meeting, candidate: Candidate) => void
}

/** Dials candidates while somebody is needed: soon, side by side, and never more than a bounded number. */
export class Prober {
  readonly #init: ProberInit
  readonly #dials: Staggered<Candidate>
  readonly #rate: TokenBucket
  readonly #running = new Set<Candidate>()
  readonly #ending = new AbortController()
  #work = new Set<Promise<void>>()
  #next: { timer: Timer; at: number } | undefined

  constructor(init: ProberInit) {
    const { clock } = init
    this.#init = init
    this.#rate = new TokenBucket({ ...DIAL_RATE, clock })
    this.#dials = new Staggered({
      next: () => this.#take(),
      work: async candidate => this.#dial(candidate),
      atOnce: () => this.need.dialsAtOnce,
      most: MOST_DIALS,
      delayMs: STAGGER_MS,
      clock
    })
  }

  get need(): Need {
    return new Need(this.#init)
  }

  /** Whether there is anybody to look through: most nodes have only the seeds of their config, which are dialled as such. */
  get mayFind(): boolean {
    const { candidates, admission } = this.#init
    return [...candidates].some(candidate => !candidate.isOwn || admission.isBlind)
  }

  /** Dials who is due now. */
  pump(): void {
    if (!this.#ending.signal.aborted) this.#dials.pump()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#dials.stop()
    this.#next?.timer.clear()
    await Promise.all(this.#work)
  }

  #take(): Candidate | undefined {
    const { need } = this
    if (!need.exists) return undefined
    const wanted = [...this.#init.candidates].filter(
      candidate => !this.#running.has(candidate) && need.wants(candidate)
    )
    const now = this.#init.clock.monotonic()
    const [first, ...others] = wanted.filter(({ dueAt }) => dueAt <= now)
    if (first === undefined) return this.#wait(Math.min(...wanted.map(({ dueAt }) => dueAt)) - now)
    if (!this.#rate.take()) return this.#wait(this.#rate.retryAfterMs())
    return others.reduce((best, candidate) => (candidate.place < best.place ? candidate : best), first)
  }

  /** Nobody is due: comes back when somebody is. */
  #wait(ms: number): undefined {
    if (!Number.isFinite(ms)) return
    const at = this.#init.clock.monotonic() + ms
    if (this.#next !== undefined && this.#next.at <= at) return
    this.#next?.timer.clear()
    const timer = this.#init.clock.setTimeout(() => {
      this.#next = undefined
      this.pump()
    }, ms)
    this.#next = { timer, at }
  }

  async #dial(candidate: Candidate): Promise<void> {
    const work = this.#meet(candidate)
    this.#running.add(candidate)
    this.#work.add(work)
    await work
    this.#running.delete(candidate)
    this.#work.delete(work)
  }

  async #meet(candidate: Candidate): Promise<void> {
    const { clock, random, onMet } = this.#init
    const { addresses, peer, sources } = candidate
    const source = sources[0]?.kind ?? 'static'
    try {
      const meeting = await meet({ addresses, peer, source }, { ...this.#init, signal: this.#ending.signal })
      candidate.dialled(meeting, clock.monotonic(), random.number())
      onMet(meeting, candidate)
    } catch {
      // it is only stopped
    }
  }
}
