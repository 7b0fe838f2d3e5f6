import { Code } from '@connectrpc/connect'
import { KeyedTokenBuckets } from '@waystone/kit'
import { rpcError } from '@waystone/rpc'
import {
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
  readonly #queries: KeyedTokenBuckets
  readonly #peerSteps: KeyedTokenBuckets
  readonly #networkSteps: KeyedTokenBuckets
  readonly #watchers = new Map<string, number>()
  #watching = 0

  constructor(clock: Clock) {
    this.#peerRecords = new KeyedTokenBuckets({ ...PEER_RECORDS, clock })
    this.#networkRecords = new KeyedTokenBuckets({ ...NETWORK_RECORDS, clock })
    this.#queries = new KeyedTokenBuckets({ ...PEER_QUERIES, clock })
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
  takeQuery({ id }: Pick<RegistryCaller, 'id'>, count = 1): void {
    if (!this.#queries.take(id, count)) throw tooOften(id, this.#queries.retryAfterMs(id, count))
  }

  /** For a query that goes on. @throws ConnectError - resource_exhausted, with RegistryTooOftenError */
  takeStep({ id, network }: RegistryCaller): void {
    if (!this.#peerSteps.take(id)) throw tooCostly(id)
    if (network !== undefined && !this.#networkSteps.take(network)) throw tooCostly(network)
  }

  /**
   * One watch more, until what is returned is disposed.
   *
   * @throws ConnectError - resource_exhausted, with TooManyWatchersError
   */
  takeWatch({ id }: RegistryCaller): Disposable {
    this.takeQuery({ id }, WATCH_QUERIES)
    const own = this.#watchers.get(id) ?? 0
    if (own >= WATCHERS.perPeer || this.#watching >= WATCHERS.most) throw tooManyWatchers(own)
    this.#watchers.set(id, own + 1)
    this.#watching++
    return { [Symbol.dispose]: () => this.#endWatch(id) }
  }

  #endWatch(id: string): void {
    const left = (this.#watchers.get(id) ?? 1) - 1
    if (left === 0) this.#watchers.delete(id)
    else this.#watchers.set(id, left)
    this.#watching--
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

function tooManyWatchers(own: number): Error {
  const [who, most] = own >= WATCHERS.perPeer ? ['you watch', WATCHERS.perPeer] : ['others watch', WATCHERS.most]
  const error = new TooManyWatchersError(`${who} this registry ${most} times, which is the limit`, {
    hint: 'end a watch, or ask another registry'
  })
  return rpcError(Code.ResourceExhausted, error)
}
