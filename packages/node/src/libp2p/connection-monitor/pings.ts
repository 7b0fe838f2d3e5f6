import { setMaxListeners } from '@libp2p/interface'
import { createDeadline, nextTurn } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { PING_DEADLINE_MS } from './constants.ts'
import { ping } from './ping.ts'
import { PeerSilentError } from '../errors.ts'
import type { Connection, CounterGroup, Logger } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { PingAnswer } from './ping.ts'
import type { Pulse, Verdict } from './pulse.ts'

export interface PingsInit {
  clock: Clock
  random: Random
  log: Logger
  /** By result. */
  counts: CounterGroup | undefined
}

/** The pings that wait for their answers, and what follows from each. */
export class Pings {
  readonly #init: PingsInit
  readonly #running = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor(init: PingsInit) {
    this.#init = init
    setMaxListeners(Infinity, this.#ending.signal)
  }

  get waiting(): number {
    return this.#running.size
  }

  begin(connection: Connection, pulse: Pulse): void {
    const asking = this.#ask(connection, pulse)
      .catch(error => this.#init.log.error('a connection could not be cut - %e', error))
      .finally(() => this.#running.delete(asking))
    this.#running.add(asking)
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#ending.abort(new Error('the node stops'))
    await Promise.all(this.#running)
  }

  async #ask(connection: Connection, pulse: Pulse): Promise<void> {
    const { clock, random } = this.#init
    const { signal: stopping } = this.#ending
    using deadline = createDeadline({ ms: PING_DEADLINE_MS, what: 'a ping', signal: stopping, clock })
    pulse.ask(clock.monotonic())
    try {
      const { result, rttMs } = await ping(connection, { clock, random, signal: deadline.signal })
      connection.rtt = rttMs
      pulse.answered(clock.monotonic())
      this.#count(result)
    } catch (error) {
      // when this process was held up, the answer may be waiting behind the deadline
      await nextTurn()
      if (!stopping.aborted && connection.timeline.close === undefined) this.#onFailure(connection, pulse, error)
    }
  }

  #onFailure(connection: Connection, pulse: Pulse, cause: unknown): void {
    const { clock, log } = this.#init
    const verdict = pulse.failed(clock.monotonic(), nameOf(cause))
    this.#count(verdict)
    log.trace('a ping of %p failed, it is %s - %e', connection.remotePeer, verdict, cause)
    if (verdict !== 'dead') return
    connection.abort(
      new PeerSilentError(`the peer sent nothing for ${PING_DEADLINE_MS} ms after a ping`, {
        cause,
        hint: 'the peer has gone or cannot be reached any more; if it is there, look at the network between the two'
      })
    )
  }

  #count(result: PingAnswer['result'] | Verdict): void {
    this.#init.counts?.increment({ [result]: true })
  }
}
