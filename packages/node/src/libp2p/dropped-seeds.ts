import { isPeerId } from '@libp2p/interface'
import { WaystoneError } from '@waystone/interface'
import { overlay } from './overlay.ts'
import type { PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Ping } from '@libp2p/ping'
import type { NodeTrust } from '@waystone/interface'

/** A part that looks for peers by itself does not dial a seed that was dropped a moment ago. */
export class DroppedSeedError extends WaystoneError {
  static override readonly name = 'DroppedSeedError'
}

export interface DroppedSeedsComponents {
  connectionManager: ConnectionManager
  peerStore: Pick<PeerStore, 'get'>
  ping: Ping
}

export interface DroppedSeedsInit {
  /** In the peer store, of peers that are not to be dialled while nobody knows them. */
  tag: string
  trust: Pick<NodeTrust, 'levelOf'>
}

/**
 * Keeps kad-dht (16.4.5) from dialling seeds that were dropped. It asks whoever
 * its other peers name, so that taking a peer out of its routing table would
 * not be enough. A connection that is there it uses.
 */
export class DroppedSeeds {
  readonly #components: DroppedSeedsComponents
  readonly #init: DroppedSeedsInit

  constructor(components: DroppedSeedsComponents, init: DroppedSeedsInit) {
    this.#components = components
    this.#init = init
  }

  /** What kad-dht gets in the place of libp2p's own. */
  get connectionManager(): ConnectionManager {
    const { connectionManager } = this.#components
    const openStream: ConnectionManager['openStream'] = async (peer, protocol, options) => {
      await this.#assertDialable(peer)
      return await connectionManager.openStream(peer, protocol, options)
    }
    return overlay(connectionManager, { openStream })
  }

  /** Looks whether a peer is still there, also by dialling it. */
  get ping(): Ping {
    const { ping } = this.#components
    const guarded: Ping['ping'] = async (peer, options) => {
      await this.#assertDialable(peer)
      return await ping.ping(peer, options)
    }
    return overlay(ping, { ping: guarded })
  }

  async #assertDialable(target: Parameters<Ping['ping']>[0]): Promise<void> {
    if (!isPeerId(target)) return
    const { connectionManager, peerStore } = this.#components
    const { trust, tag } = this.#init
    if (connectionManager.getConnections(target).length > 0 || trust.levelOf(target) !== 'none') return
    const known = await peerStore.get(target).catch(() => undefined)
    if (known?.tags.has(tag) === true) throw new DroppedSeedError(`${target.toString()} was a seed until a moment ago`)
  }
}
