import { abortable, describeDialFailure, Supervisor } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { DROPPED_SEED_TAG, SEED_TAG, SEED_TAG_VALUE } from './constants.ts'
import { dialNode } from './dial.ts'
import { closeDouble } from './double.ts'
import { letGo, untag } from './let-go.ts'
import type { AbortOptions, ConnectionGater, Logger, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { ConnectionManager, TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random } from '@waystone/interface'
import type { BackoffInit, DialResult } from '@waystone/kit'
import type { SeedStatus, SeedTrust } from './contract.ts'
import type { PlannedNode } from './plan.ts'

export interface SeedParts {
  self: PeerId
  connectionGater: ConnectionGater
  connectionManager: ConnectionManager
  transportManager: TransportManager
  peerStore: PeerStore
  peerRouting: Pick<PeerRouting, 'findPeer'>
  log: Logger
  backoff: BackoffInit
  clock: Clock
  random: Random
  count: (result: DialResult | 'connected') => void
  trust: SeedTrust
  /** Where sources of addresses say that a peer is, with its id at the end. */
  foundAddresses?: (peer: PeerId) => readonly Multiaddr[]
  /** Called when a seed that is not known any more was disconnected. */
  onClosed?: (peer: PeerId) => void
}

/** One seed and the loop that keeps it connected, or its one dial at start. */
export class Seed {
  node: PlannedNode
  readonly #parts: SeedParts
  readonly #supervisor: Supervisor
  readonly #appeared = Promise.withResolvers<void>()
  /** Ended when the connection is there: nobody has to be found any more. */
  #looking: AbortController | undefined
  #lastError: string | undefined
  #nextTryAt: number | undefined

  constructor(node: PlannedNode, parts: SeedParts) {
    this.node = node
    this.#parts = parts
    this.#supervisor = new Supervisor({
      ...parts.backoff,
      what: 'connection',
      clock: parts.clock,
      random: parts.random,
      isHeld: () => this.#isConnected(),
      acquire: options => this.#acquire(options),
      onHeld: () => this.#connected(),
      onFailure: (error, nextTryAt) => this.#failed(error, nextTryAt)
    })
  }

  /** Resolves when the signal ends, or after the one dial of a node that is not held. Never rejects. */
  async keep(options: { signal: AbortSignal }): Promise<void> {
    if (this.node.hold) return this.#supervisor.run(options)
    try {
      if (!this.#isConnected()) await this.#dial(options)
      this.#connected()
    } catch (error) {
      if (!options.signal.aborted) this.#failed(error)
    }
  }

  /** Looks again whether the connection is there. */
  wake(): void {
    if (this.#isConnected()) {
      this.#appeared.resolve()
      this.#looking?.abort()
    }
    this.#supervisor.wake()
  }

  /** Takes the tag away. */
  async release(): Promise<void> {
    try {
      await untag(this.node.peerId, this.#parts)
    } catch (error) {
      this.#parts.log('seed %p is still tagged - %e', this.node.peerId, error)
    }
  }

  /** Takes the tag away, and closes the connection as soon as nobody else has a use for it. */
  async letGo(options: AbortOptions): Promise<void> {
    try {
      await letGo(this.node.peerId, { ...this.#parts, ...options })
    } catch (error) {
      this.#parts.log('seed %p may still be connected - %e', this.node.peerId, error)
    }
  }

  status(): SeedStatus {
    return {
      peerId: this.node.peerId.toString(),
      addresses: this.node.addresses.map(String),
      connected: this.#isConnected(),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#nextTryAt === undefined ? {} : { nextTryAt: this.#nextTryAt })
    }
  }

  #isConnected(): boolean {
    const connections = this.#parts.connectionManager.getConnections(this.node.peerId)
    return connections.some(({ status, limits }) => status === 'open' && limits === undefined)
  }

  async #acquire({ signal }: { signal: AbortSignal }): Promise<void> {
    // whoever may be held but not dialled at start is held from the first connection on
    if (!this.node.connect) await abortable(this.#appeared.promise, signal)
    if (!this.#isConnected()) await this.#dial({ signal })
  }

  async #dial({ signal }: { signal: AbortSignal }): Promise<void> {
    this.#nextTryAt = undefined
    await this.#tag()
    this.#looking = new AbortController()
    const { signal: looking } = this.#looking
    try {
      const made = await dialNode({ ...this.node, addresses: this.#addresses() }, { ...this.#parts, signal, looking })
      // the other side may have this node among its seeds too, and have started with it
      closeDouble(made, { ...this.#parts, signal }).catch((error: unknown) => this.#parts.log('%e', error))
    } catch (error) {
      // the other side was faster, or whoever knows where it is
      if (!this.#isConnected()) throw error
    }
  }

  #addresses(): Multiaddr[] {
    const { peerId, addresses, strict } = this.node
    const found = strict ? [] : (this.#parts.foundAddresses?.(peerId) ?? [])
    return [...new Map([...addresses, ...found].map(address => [address.toString(), address])).values()]
  }

  // before the dial, so that no pruning takes the connection
  async #tag(): Promise<void> {
    const { peerId, addresses, hold } = this.node
    const tags = { [DROPPED_SEED_TAG]: undefined, ...(hold && { [SEED_TAG]: { value: SEED_TAG_VALUE } }) }
    await this.#parts.peerStore.merge(peerId, { multiaddrs: addresses, tags })
  }

  #connected(): void {
    const { count, log } = this.#parts
    // it may have been there before this seed was looked at, so that no sign came
    this.#appeared.resolve()
    count('connected')
    log('seed %p is connected', this.node.peerId)
    this.#lastError = undefined
    this.#nextTryAt = undefined
    // it may be the other side that dialled
    this.#tag().catch((error: unknown) => log('seed %p is not tagged - %e', this.node.peerId, error))
  }

  #failed(error: unknown, nextTryAt?: number): void {
    const { count, log } = this.#parts
    const { result, reason } = describeDialFailure(error)
    // who is nowhere yet was not dialled
    if (nameOf(error) !== 'NoAddressError') count(result)
    // what a remote does is news, no fault of this node
    if (reason !== this.#lastError) log('seed %p is not connected: %s', this.node.peerId, reason)
    this.#lastError = reason
    this.#nextTryAt = nextTryAt
  }
}
