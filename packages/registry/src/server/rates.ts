import { Code } from '@connectrpc/connect'
import { KeyedTokenBuckets } from '@waystone/kit'
import { rpcError } from '@waystone/rpc'
import { NETWORK_RECORDS, PEER_QUERIES, PEER_RECORDS, WATCHERS } from './constants.ts'
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
  readonly #watchers = new Map<string, number>()
  #watching = 0

  constructor(clock: Clock) {
    this.#peerRecords = new KeyedTokenBuckets({ ...PEER_RECORDS, clock })
    this.#networkRecords = new KeyedTokenBuckets({ ...NETWORK_RECORDS, clock })
    this.#queries = new KeyedTokenBuckets({ ...PEER_QUERIES, clock })
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
  takeQuery({ id }: RegistryCaller): void {
    if (!this.#queries.take(id)) throw tooOften(id, this.#queries.retryAfterMs(id))
  }

  /**
   * One watch more, until what is returned is disposed.
   *
   * @throws ConnectError - resource_exhausted, with TooManyWatchersError
   */
  takeWatch({ id }: RegistryCaller): Disposable {
    this.takeQuery({ id, network: undefined })
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

function tooManyWatchers(own: number): Error {
  const [who, most] = own >= WATCHERS.perPeer ? ['you watch', WATCHERS.perPeer] : ['others watch', WATCHERS.most]
  const error = new TooManyWatchersError(`${who} this registry ${most} times, which is the limit`, {
    hint: 'end a watch, or ask another registry'
  })
  return rpcError(Code.ResourceExhausted, error)
}
