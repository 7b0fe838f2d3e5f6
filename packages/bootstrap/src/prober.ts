import { KeyedTokenBuckets, TokenBucket } from '@waystone/kit'
import {
  CONNECT,
  MAX_CANDIDATES,
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
import type { Parts } from './parts.ts'
import type { Pool } from './pool.ts'

interface Due {
  peer: PeerId
  /** By {@link Clock.monotonic}. */
  at: number
  /** How often in a row it was dialled in vain. */
  failures: number
}

/** Dials connected peers back, slowly, and keeps those that answer in the pool. */
export class Prober {
  readonly #parts: Parts
  readonly #pool: Pool
  readonly #all: TokenBucket
  readonly #networks: KeyedTokenBuckets
  /** Who may be dialled back, in the order in which they came. */
  readonly #due = new Map<string, Due>()
  /** Those of them that have left, and only wait until they might be dialled again. */
  readonly #left = new Set<string>()
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
    return this.#due.size
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
    this.#due.clear()
    this.#left.clear()
    await Promise.all(this.#running)
  }

  // a peer that comes back within the hour is still known to be reached, or not to be
  readonly #onIdentify = ({ detail: { peerId: peer } }: CustomEvent<IdentifyResult>): void => {
    const [id, now] = [peer.toString(), this.#parts.clock.monotonic()]
    this.#left.delete(id)
    if (this.#due.has(id) || !this.#hasRoom()) return
    const reached = this.#pool.get(id)
    this.#due.set(id, { peer, at: reached === undefined ? now : reached.reachedAt + PROBE_AGAIN_MS, failures: 0 })
  }

  readonly #onLeft = ({ detail: peer }: CustomEvent<PeerId>): void => {
    const due = this.#due.get(peer.toString())
    // one that failed keeps its wait: it would be dialled at each of its visits
    if (due === undefined) return
    if (due.at <= this.#parts.clock.monotonic()) this.#drop(peer.toString())
    else this.#left.add(peer.toString())
  }

  /** Whoever is here comes before those that have left: they would keep others out by short visits. */
  #hasRoom(): boolean {
    if (this.#due.size < MAX_CANDIDATES) return true
    const [oldest] = this.#left
    if (oldest === undefined) return false
    this.#drop(oldest)
    return true
  }

  #drop(id: string): void {
    this.#due.delete(id)
    this.#left.delete(id)
  }

  #later(): void {
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#work()
      this.#later()
    }, PROBE_TICK_MS)
  }

  #work(): void {
    const now = this.#parts.clock.monotonic()
    for (const [id, { peer, at }] of this.#due) {
      if (this.#running.size >= PARALLEL_PROBES) return
      if (at > now) continue
      const seen = this.#parts.connectionManager.getConnections(peer).find(isDirect)
      if (seen === undefined) this.#drop(id)
      else if (!this.#begin(id, seen)) return
    }
  }

  /** @returns whether there is time for more */
  #begin(id: string, seen: Connection): boolean {
    const network = networkOf(seen.remoteAddr)
    const now = this.#parts.clock.monotonic()
    const isExempt = network?.isPrivate === true && this.#parts.private
    if (network !== undefined && !isExempt && !this.#networks.take(network.narrow)) {
      const at = now + this.#networks.retryAfterMs(network.narrow)
      this.#putOff(id, { peer: seen.remotePeer, at, failures: this.#due.get(id)?.failures ?? 0 })
      return true
    }
    if (!this.#all.take()) return false
    const failures = this.#due.get(id)?.failures ?? 0
    // the first one may be bad luck
    const wait = Math.min(PROBE_FAILED_MS, PROBE_RETRY_MS * 4 ** failures)
    this.#putOff(id, { peer: seen.remotePeer, at: now + wait, failures: failures + 1 })
    const run = this.#run(id, seen).finally(() => this.#running.delete(run))
    this.#running.add(run)
    return true
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
      this.#putOff(id, { peer, at: clock.monotonic() + PROBE_AGAIN_MS, failures: 0 })
    } catch (error) {
      counts.count('probes', 'failed')
      log('%p is not dialled back - %e', peer, error)
    }
  }

  // at the end: who has just had a turn waits for all others
  #putOff(id: string, due: Due): void {
    this.#due.delete(id)
    this.#due.set(id, due)
  }
}

function isDirect({ status, limits, remoteAddr }: Connection): boolean {
  return status === 'open' && limits === undefined && networkOf(remoteAddr) !== undefined
}
