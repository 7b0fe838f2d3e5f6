import { KeyedTokenBuckets, TokenBucket } from '@waystone/kit'
import { Candidates } from './candidates.ts'
import {
  CONNECT,
  PARALLEL_PROBES,
  PROBE_AGAIN_MS,
  PROBE_FAILED_MS,
  PROBE_RETRY_MS,
  PROBE_TICK_MS,
  PROBES,
  PROBES_PER_NETWORK
} from './constants.ts'
import { networkOf } from './network.ts'
import { probe } from './probe.ts'
import type { Connection, IdentifyResult, PeerId } from '@libp2p/interface'
import type { Timer } from '@waystone/interface'
import type { Candidate } from './candidates.ts'
import type { Parts } from './parts.ts'
import type { Pool } from './pool.ts'

/** Dials connected peers back, slowly, and keeps those that answer in the pool. */
export class Prober {
  readonly #parts: Parts
  readonly #pool: Pool
  readonly #all: TokenBucket
  readonly #networks: KeyedTokenBuckets
  readonly #candidates = new Candidates()
  readonly #running = new Set<Promise<void>>()
  #controller = new AbortController()
  #timer: Timer | undefined

  constructor(parts: Parts, pool: Pool) {
    this.#parts = parts
    this.#pool = pool
    const { clock } = parts
    this.#all = new TokenBucket({ ...PROBES, clock })
    this.#networks = new KeyedTokenBuckets({ ...PROBES_PER_NETWORK, clock })
  }

  /** How many may be dialled back, or wait until they may be again. */
  get waiting(): number {
    return this.#candidates.size
  }

  start(): void {
    this.#controller = new AbortController()
    this.#parts.events.addEventListener('peer:identify', this.#onIdentify)
    this.#parts.events.addEventListener('peer:disconnect', this.#onLeft)
    this.#later()
  }

  async stop(): Promise<void> {
    this.#parts.events.removeEventListener('peer:identify', this.#onIdentify)
    this.#parts.events.removeEventListener('peer:disconnect', this.#onLeft)
    this.#timer?.clear()
    this.#controller.abort()
    this.#candidates.clear()
    await Promise.all(this.#running)
  }

  // a peer that comes back within the hour is still known to be reached, or not to be
  readonly #onIdentify = ({ detail: { peerId: peer } }: CustomEvent<IdentifyResult>): void => {
    this.#candidates.came(peer, () => {
      const reached = this.#pool.get(peer.toString())
      return reached === undefined ? this.#parts.clock.monotonic() : reached.reachedAt + PROBE_AGAIN_MS
    })
  }

  readonly #onLeft = ({ detail: peer }: CustomEvent<PeerId>): void =>
    this.#candidates.left(peer, this.#parts.clock.monotonic())

  #later(): void {
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#work()
      this.#later()
    }, PROBE_TICK_MS)
  }

  #work(): void {
    const now = this.#parts.clock.monotonic()
    for (const [id, candidate] of this.#candidates.due(now)) {
      if (this.#running.size >= PARALLEL_PROBES) return
      const seen = this.#parts.connectionManager.getConnections(candidate.peer).find(isDirect)
      if (seen === undefined) this.#candidates.drop(id)
      else if (!this.#begin(id, candidate, seen)) return
    }
  }

  /** @returns whether there is time for more */
  #begin(id: string, { failures }: Candidate, seen: Connection): boolean {
    const now = this.#parts.clock.monotonic()
    const [peer, waitMs] = [seen.remotePeer, this.#networkWaitMs(seen)]
    if (waitMs > 0) {
      this.#candidates.putOff(id, { peer, at: now + waitMs, failures })
      return true
    }
    if (!this.#all.take()) return false
    // the first one may be bad luck
    const wait = Math.min(PROBE_FAILED_MS, PROBE_RETRY_MS * 4 ** failures)
    this.#candidates.putOff(id, { peer, at: now + wait, failures: failures + 1 })
    const run = this.#run(id, seen).finally(() => this.#running.delete(run))
    this.#running.add(run)
    return true
  }

  /** Until one more of its network may be dialled, in milliseconds; with 0 this one counts. */
  #networkWaitMs({ remoteAddr }: Connection): number {
    const network = networkOf(remoteAddr)
    const isExempt = network?.isPrivate === true && this.#parts.private
    if (network === undefined || isExempt || this.#networks.take(network.narrow)) return 0
    return this.#networks.retryAfterMs(network.narrow)
  }

  async #run(id: string, seen: Connection): Promise<void> {
    const { clock, counts, log, trust } = this.#parts
    const { remotePeer: peer, remoteAddr: address } = seen
    try {
      const isBlocked = !trust.explain({ peer, address }, CONNECT).allow
      const { result, reached } = isBlocked
        ? { result: 'blocked' as const, reached: undefined }
        : await probe(this.#parts, seen, this.#controller.signal)
      if (this.#controller.signal.aborted) return
      counts.count('probes', result)
      if (reached === undefined) return this.#pool.delete(id)
      this.#pool.add(reached)
      this.#candidates.putOff(id, { peer, at: clock.monotonic() + PROBE_AGAIN_MS, failures: 0 })
    } catch (error) {
      counts.count('probes', 'failed')
      log('%p is not dialled back - %e', peer, error)
    }
  }
}

function isDirect({ status, limits, remoteAddr }: Connection): boolean {
  return status === 'open' && limits === undefined && networkOf(remoteAddr) !== undefined
}
