import { KEEP_ALIVE_MS } from '@waystone/wire'
import { FIRST_PING_MS, MEASURE_AGAIN_MS, PATIENCE_MS, PING_DEADLINE_MS } from './constants.ts'
import type { Random } from '@waystone/interface'
import type { Traffic } from '../byte-counts.ts'

/** What a failed ping says of the peer. */
export type Verdict = 'alive' | 'unknown' | 'dead'

/** What comes from the remote alone, also where the bytes of a negotiation are not counted. */
const SIGNS_OF_LIFE = new Set(['PingAnswerError', 'StreamResetError', 'UnexpectedEOFError'])

export interface PulseInit {
  /** What passes over the connection, as it grows. */
  traffic: Readonly<Pick<Traffic, 'received'>>
  random: Pick<Random, 'number'>
  /** All times are milliseconds of a clock that never goes backwards. */
  now: number
}

/** When a connection was heard from, and when it is to be asked. */
export class Pulse {
  readonly #init: PulseInit
  #received: number
  #lookedAt: number
  /** Never later than the last bytes that a look has found. */
  #silentSince: number
  #patienceMs: number
  #measureAt: number
  /** `received` when the ping that runs was begun. */
  #asked: number | undefined

  constructor(init: PulseInit) {
    this.#init = init
    this.#received = init.traffic.received
    this.#lookedAt = this.#silentSince = init.now
    this.#patienceMs = this.#between(PATIENCE_MS)
    this.#measureAt = init.now + this.#between(FIRST_PING_MS)
  }

  /** Notices what was received since the last look; says whether it is time for a ping. */
  look(now: number): boolean {
    const { received } = this.#init.traffic
    // it came some time after the last look, and it is not known when
    if (received !== this.#received) this.#hear(this.#lookedAt)
    this.#received = received
    this.#lookedAt = now
    if (this.#asked !== undefined) return false
    return now - this.#silentSince >= this.#patienceMs || now >= this.#measureAt
  }

  /** A ping begins. */
  ask(now: number): void {
    this.#asked = this.#init.traffic.received
    this.#measureAt = now + this.#between(MEASURE_AGAIN_MS)
  }

  /** The ping ended well. */
  answered(now: number): void {
    this.#asked = undefined
    this.#hear(now)
  }

  /** The ping did not. Whoever has sent anything meanwhile is there: a long queue of bytes holds up an answer too. */
  failed(now: number, name: string): Verdict {
    const hasSpoken = this.#init.traffic.received !== this.#asked
    this.#asked = undefined
    this.look(now)
    if (SIGNS_OF_LIFE.has(name)) this.#hear(now)
    if (hasSpoken || SIGNS_OF_LIFE.has(name)) return 'alive'
    if (name === 'DeadlineExceededError') return 'dead'
    // no stream could be opened: asked again at the next look
    return now - this.#silentSince >= KEEP_ALIVE_MS + PING_DEADLINE_MS ? 'dead' : 'unknown'
  }

  #hear(at: number): void {
    this.#silentSince = at
    this.#patienceMs = this.#between(PATIENCE_MS)
  }

  #between({ from, to }: { from: number; to: number }): number {
    return from + this.#init.random.number() * (to - from)
  }
}
