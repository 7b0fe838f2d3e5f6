import { createDeadline, describeDialFailure, Supervisor } from '@waystone/kit'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { SEED_TAG, SEED_TAG_VALUE } from './constants.ts'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Logger, PeerStore } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { BackoffInit, DialResult } from '@waystone/kit'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { SeedStatus } from './contract.ts'

export interface SeedParts {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  log: Logger
  backoff: BackoffInit
  clock: Clock
  random: Random
  count: (result: DialResult | 'connected') => void
}

/** One seed and the loop that keeps it connected. */
export class Seed {
  readonly #seed: PeerAddresses
  readonly #parts: SeedParts
  readonly #supervisor: Supervisor
  #lastError: string | undefined
  #nextTryAt: number | undefined

  constructor(seed: PeerAddresses, parts: SeedParts) {
    this.#seed = seed
    this.#parts = parts
    this.#supervisor = new Supervisor({
      ...parts.backoff,
      what: 'connection',
      clock: parts.clock,
      random: parts.random,
      isHeld: () => this.#isConnected(),
      acquire: options => this.#dial(options),
      onHeld: () => this.#connected(),
      onFailure: (error, nextTryAt) => this.#failed(error, nextTryAt)
    })
  }

  /** Resolves when the signal ends. */
  async keep(options: { signal: AbortSignal }): Promise<void> {
    await this.#supervisor.run(options)
  }

  /** Looks again whether the connection is there. */
  wake(): void {
    this.#supervisor.wake()
  }

  status(): SeedStatus {
    return {
      peerId: this.#seed.peerId.toString(),
      addresses: this.#seed.addresses.map(String),
      connected: this.#isConnected(),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#nextTryAt === undefined ? {} : { nextTryAt: this.#nextTryAt })
    }
  }

  #isConnected(): boolean {
    const connections = this.#parts.connectionManager.getConnections(this.#seed.peerId)
    return connections.some(({ status, limits }) => status === 'open' && limits === undefined)
  }

  async #dial({ signal }: { signal: AbortSignal }): Promise<void> {
    const { connectionManager, peerStore, clock } = this.#parts
    const { peerId, addresses } = this.#seed
    this.#nextTryAt = undefined
    // libp2p dials the addresses of one peer one after the other
    const ms = HANDSHAKE_TIMEOUT_MS * addresses.length
    using deadline = createDeadline({ ms, what: 'dialling a seed', signal, clock })
    const tags = { [SEED_TAG]: { value: SEED_TAG_VALUE } }
    await peerStore.merge(peerId, { multiaddrs: addresses, tags }, { signal: deadline.signal })
    await connectionManager.openConnection(addresses, { signal: deadline.signal }).catch((error: unknown) => {
      // libp2p reports an ended signal by errors of its own
      throw deadline.signal.aborted ? deadline.signal.reason : error
    })
  }

  #connected(): void {
    const { count, log } = this.#parts
    count('connected')
    log('seed %p is connected', this.#seed.peerId)
    this.#lastError = undefined
    this.#nextTryAt = undefined
  }

  #failed(error: unknown, nextTryAt: number): void {
    const { count, log } = this.#parts
    const { result, reason } = describeDialFailure(error)
    count(result)
    // what a remote does is news, no fault of this node
    if (reason !== this.#lastError) log('seed %p is not connected: %s', this.#seed.peerId, reason)
    this.#lastError = reason
    this.#nextTryAt = nextTryAt
  }
}
