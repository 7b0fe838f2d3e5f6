import { Code } from '@connectrpc/connect'
import { KeyedTokenBuckets } from '@waystone/kit'
import { rpcError } from '@waystone/rpc'
import {
  NETWORK_QUERIES,
  NETWORK_RECORDS,
  NETWORK_STEPS,
  PEER_QUERIES,
  PEER_RECORDS,
  PEER_STEPS,
  WATCH_QUERIES,
  WATCHERS
} from './constants.ts'
import { RegistryTooOftenError, TooManyWatchersError } from './errors.ts'
import type { Clock } from '@waystone/interface'

/** Who calls: what limits count by. */
export interface RegistryCaller {
  /** Peer id in base58. */
  readonly id: string
  /** Absent where it is not known. */
  readonly network: string | undefined
}

/** How often callers may do what. */
export class Rates {
  readonly #peerRecords: KeyedTokenBuckets
  readonly #networkRecords: KeyedTokenBuckets
  readonly #peerQueries: KeyedTokenBuckets
  readonly #networkQueries: KeyedTokenBuckets
  readonly #peerSteps: KeyedTokenBuckets
  readonly #networkSteps: KeyedTokenBuckets
  /** Of peers and of networks. */
  readonly #watchers = new Map<string, number>()
  readonly #clock: Clock
  #watching = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#peerRecords = new KeyedTokenBuckets({ ...PEER_RECORDS, clock })
    this.#networkRecords = new KeyedTokenBuckets({ ...NETWORK_RECORDS, clock })
    this.#peerQueries = new KeyedTokenBuckets({ ...PEER_QUERIES, clock })
    this.#networkQueries = new KeyedTokenBuckets({ ...NETWORK_QUERIES, clock })
    this.#peerSteps = new KeyedTokenBuckets({ ...PEER_STEPS, clock })
    this.#networkSteps = new KeyedTokenBuckets({ ...NETWORK_STEPS, clock })
  }

  get watching(): number {
    return this.#watching
  }

  /** @throws ConnectError - resource_exhausted, with RegistryTooOftenError */
  takeRecords({ id, network }: RegistryCaller, count: number): void {
    if (!this.#peerRecords.take(id, count)) throw tooOften(id, this.#peerRecords.retryAfterMs(id, count))
    if (network === undefined || this.#networkRecords.take(network, count)) return
    throw tooOften(network, this.#networkRecords.retryAfterMs(network, count))
  }

  /** @throws ConnectError - resource_exhausted, with RegistryTooOftenError */
  takeQuery({ id, network }: RegistryCaller, count = 1): void {
    if (!this.#peerQueries.take(id, count)) throw tooOften(id, this.#peerQueries.retryAfterMs(id, count))
    if (network === undefined || this.#networkQueries.take(network, count)) return
    throw tooOften(network, this.#networkQueries.retryAfterMs(network, count))
  }

  /** For a query that goes on. @throws ConnectError - resource_exhausted, with RegistryTooOftenError */
  takeStep({ id, network }: RegistryCaller): void {
    if (!this.#peerSteps.take(id)) throw tooCostly(id)
    if (network !== undefined && !this.#networkSteps.take(network)) throw tooCostly(network)
  }

  /** For a watch that goes on: waits until it may. Never rejects. */
  async waitForStep({ id, network }: RegistryCaller, signal: AbortSignal): Promise<void> {
    for (;;) {
      const forNetwork = network === undefined ? 0 : this.#networkSteps.retryAfterMs(network)
      const ms = Math.max(this.#peerSteps.retryAfterMs(id), forNetwork)
      if (ms === 0) return this.takeStep({ id, network })
      await this.#clock.sleep(ms, { signal }).catch(() => undefined)
      if (signal.aborted) return
    }
  }

  /**
   * One watch more, until what is returned is disposed.
   *
   * @throws ConnectError - resource_exhausted, with TooManyWatchersError
   */
  takeWatch(caller: RegistryCaller): Disposable {
    this.takeQuery(caller, WATCH_QUERIES)
    const full = this.#fullFor(caller)
    if (full !== undefined) throw tooManyWatchers(...full)
    this.#countWatch(caller, 1)
    return { [Symbol.dispose]: () => this.#countWatch(caller, -1) }
  }

  /** Who watches as often as may be, and how often that is. */
  #fullFor({ id, network = '' }: RegistryCaller): [who: string, most: number] | undefined {
    const { most, perPeer, perNetwork } = WATCHERS
    if ((this.#watchers.get(id) ?? 0) >= perPeer) return ['you watch', perPeer]
    if ((this.#watchers.get(network) ?? 0) >= perNetwork) return [`those in ${network} watch`, perNetwork]
    return this.#watching >= most ? ['others watch', most] : undefined
  }

  #countWatch({ id, network }: RegistryCaller, by: 1 | -1): void {
    this.#watching += by
    for (const key of [id, network]) {
      if (key === undefined) continue
      const count = (this.#watchers.get(key) ?? 0) + by
      if (count > 0) this.#watchers.set(key, count)
      else this.#watchers.delete(key)
    }
  }
}

function tooOften(who: string, retryAfterMs: number): Error {
  const hint = `try again in ${Math.ceil(retryAfterMs / 1_000)} s`
  return rpcError(Code.ResourceExhausted, new RegistryTooOftenError(`${who} asks too much of this registry`, { hint }))
}

function tooCostly(who: string): Error {
  const error = new RegistryTooOftenError(`${who} asks what takes this registry too long`, {
    hint: 'ask for an indexed field as well, or with fewer parts, or later'
  })
  return rpcError(Code.ResourceExhausted, error)
}

function tooManyWatchers(who: string, most: number): Error {
  const error = new TooManyWatchersError(`${who} this registry ${most} times, which is the limit`, {
    hint: 'end a watch, or ask another registry'
  })
  return rpcError(Code.ResourceExhausted, error)
}
