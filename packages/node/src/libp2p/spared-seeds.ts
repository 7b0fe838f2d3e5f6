import { isPeerId } from '@libp2p/interface'
import { WaystoneError } from '@waystone/interface'
import { overlay } from './overlay.ts'
import type { PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Ping } from '@libp2p/ping'
import type { Clock, NodeTrust } from '@waystone/interface'

/** The DHT does not dial a seed while the node starts from other peers. */
export class SparedSeedError extends WaystoneError {
  static override readonly name = 'SparedSeedError'
}

/**
 * How long after the start, in milliseconds: a network that restarted at once
 * looks around by then, and its nodes come to the seeds one after the other.
 */
const SPARE_MS = 60_000

/** The function of the trust matrix that makes a peer a seed. */
const BOOTSTRAP = 'use-for-bootstrap'

export interface SparedSeedsInit {
  trust: Pick<NodeTrust, 'explain' | 'levelOf'>
  clock: Clock
  /** Whether other peers suffice for now. */
  isSparing: () => boolean
}

/**
 * Keeps kad-dht (16.4.5) from dialling seeds at a start from good peers: its
 * first look around asks whoever the others name, and everybody names the
 * seeds. A connection that is there it uses. When this node looks for a certain
 * peer, it may ask everybody.
 */
export class SparedSeeds {
  readonly #parts: { connectionManager: ConnectionManager; ping: Ping }
  readonly #init: SparedSeedsInit
  readonly #endsAt: number
  #isOver = false

  constructor(parts: { connectionManager: ConnectionManager; ping: Ping }, init: SparedSeedsInit) {
    this.#parts = parts
    this.#init = init
    this.#endsAt = init.clock.monotonic() + SPARE_MS
  }

  /** From now on seeds are asked like others. */
  end(): void {
    this.#isOver = true
  }

  /** What kad-dht gets in the place of libp2p's own. */
  get connectionManager(): ConnectionManager {
    const { connectionManager } = this.#parts
    const openStream: ConnectionManager['openStream'] = async (peer, protocol, options) => {
      this.#assertNotSpared(peer)
      return await connectionManager.openStream(peer, protocol, options)
    }
    return overlay(connectionManager, { openStream })
  }

  get ping(): Ping {
    const { ping } = this.#parts
    const guarded: Ping['ping'] = async (peer, options) => {
      this.#assertNotSpared(peer)
      return await ping.ping(peer, options)
    }
    return overlay(ping, { ping: guarded })
  }

  #assertNotSpared(target: Parameters<Ping['ping']>[0]): void {
    if (!isPeerId(target) || !this.isSpared(target)) return
    if (this.#parts.connectionManager.getConnections(target).length > 0) return
    throw new SparedSeedError(`${target.toString()} is a seed, and others are asked at the start`)
  }

  /** Whether this seed is left in peace for now. */
  isSpared(peer: PeerId): boolean {
    const { trust, clock, isSparing } = this.#init
    if (this.#isOver || clock.monotonic() >= this.#endsAt) return false
    return trust.levelOf(peer) !== 'none' && trust.explain({ peer }, BOOTSTRAP).allow && isSparing()
  }
}
