import { backoffDelay } from '@waystone/kit'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { Code } from '@connectrpc/connect'
import { HOSTILE_BACKOFF, LOST_BACKOFF, REFUSED_BACKOFF } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { SyncPartnerStatus } from './contract.ts'
import type { Settled } from './digests.ts'

/** What is remembered of another registry. */
export class Partner {
  readonly peer: PeerId
  settled: Settled | undefined
  running = false
  /** Whether something happened while it was compared. */
  again = false
  connected = true
  readonly #clock: Clock
  readonly #random: Random
  #round = new AbortController()
  #lies = 0
  #losses = 0
  /** On the monotonic clock, in milliseconds. */
  #notBefore = 0
  #agreedAt: number | undefined
  #failure: string | undefined

  constructor(peer: PeerId, clock: Clock, random: Random) {
    this.peer = peer
    this.#clock = clock
    this.#random = random
  }

  get isDue(): boolean {
    return !this.running && this.#notBefore <= this.#clock.monotonic()
  }

  /** A comparison begins; the signal ends it when the partner leaves. */
  begin(): AbortSignal {
    this.running = true
    this.again = false
    this.#round = new AbortController()
    return this.#round.signal
  }

  left(): void {
    this.connected = false
    this.#round.abort(new Error('it left'))
  }

  /** A new connection: whatever could not be reached may be reached now; whoever sent garbage still waits. */
  returned(): void {
    this.connected = true
    if (this.#losses > 0 && this.#lies === 0) this.#notBefore = 0
    this.#losses = 0
  }

  worked(settled: Settled | undefined): void {
    this.settled = settled
    this.#lies = 0
    this.#losses = 0
    this.#failure = undefined
    if (settled !== undefined) this.#agreedAt = this.#clock.now()
  }

  /** Says how it failed, by what it sent or by not being there, and in how many milliseconds it may be tried again. */
  failed(error: unknown): { outcome: 'invalid' | 'lost'; delayMs: number } {
    this.#failure = messageOf(error)
    const lied = nameOf(error) === 'SyncPartnerInvalidError'
    const backoff = isRefusal(error) ? REFUSED_BACKOFF : LOST_BACKOFF
    const delayMs = lied
      ? backoffDelay(this.#lies++, HOSTILE_BACKOFF, this.#random.number())
      : backoffDelay(this.#losses++, backoff, this.#random.number())
    this.#notBefore = this.#clock.monotonic() + delayMs
    return { outcome: lied ? 'invalid' : 'lost', delayMs }
  }

  status(): SyncPartnerStatus {
    return {
      peer: this.peer,
      connected: this.connected,
      ...(this.#agreedAt !== undefined && { agreedAt: this.#agreedAt }),
      ...(this.#failure !== undefined && { failure: this.#failure })
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === Code.PermissionDenied
}
