import { SYNC_FUNCTION } from '../constants.ts'
import type { Connection, PeerId, StreamHandler, Topology } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { NodeTrust } from '@waystone/interface'

export interface RegistrarGuardInit {
  registrar: Registrar
  connectionManager: Pick<ConnectionManager, 'getConnections'>
  trust: Pick<NodeTrust, 'explain'>
}

/**
 * The registrar as GossipSub gets it: it learns of peers with the function
 * alone. Otherwise it would keep a stream, subscriptions and a score of every
 * peer that speaks its protocol, and open streams one after another, so that one
 * peer that never answers would make all others wait.
 */
export class RegistrarGuard {
  readonly #init: RegistrarGuardInit
  readonly #topologies = new Map<string, Topology>()
  /** Connected peers that speak the protocol, and whether they were let through. */
  readonly #peers = new Map<string, { peer: PeerId; admitted: boolean }>()

  constructor(init: RegistrarGuardInit) {
    this.#init = init
  }

  /** What GossipSub asks of a registrar; all else goes to the real one. */
  get registrar(): Registrar {
    const guarded: Pick<Registrar, 'handle' | 'register' | 'unregister'> = {
      handle: async (protocol, handler, options) =>
        await this.#init.registrar.handle(protocol, this.#guarded(handler), options),
      register: async (protocol, topology) => await this.#register(protocol, topology),
      unregister: id => this.#unregister(id)
    }
    return new Proxy(this.#init.registrar, {
      get: (registrar, name) => {
        if (Object.hasOwn(guarded, name)) return Reflect.get(guarded, name)
        const part: unknown = Reflect.get(registrar, name)
        return typeof part === 'function' ? part.bind(registrar) : part
      }
    })
  }

  /** After a change of trust, and to open again what broke: GossipSub leaves alone whatever is still there. */
  review(): void {
    for (const known of this.#peers.values()) {
      if (this.#isAllowed(known.peer)) this.#admit(known.peer)
      else if (known.admitted) this.#expel(known.peer)
    }
  }

  readonly #guarded = (handler: StreamHandler): StreamHandler => {
    return (stream, connection) => {
      if (this.#isAllowed(connection.remotePeer)) return handler(stream, connection)
      stream.abort(new Error('not for this peer'))
    }
  }

  async #register(protocol: string, topology: Topology): Promise<string> {
    const id = await this.#init.registrar.register(protocol, {
      ...(topology.notifyOnLimitedConnection !== undefined && {
        notifyOnLimitedConnection: topology.notifyOnLimitedConnection
      }),
      onConnect: (peer, connection) => this.#onConnect(peer, connection),
      onDisconnect: peer => this.#onDisconnect(peer)
    })
    this.#topologies.set(id, topology)
    return id
  }

  #unregister(id: string): void {
    this.#topologies.delete(id)
    this.#init.registrar.unregister(id)
  }

  #onConnect(peer: PeerId, connection: Connection): void {
    const admitted = this.#isAllowed(peer)
    this.#peers.set(peer.toString(), { peer, admitted })
    if (admitted) this.#connected(peer, connection)
  }

  #onDisconnect(peer: PeerId): void {
    const known = this.#peers.get(peer.toString())
    this.#peers.delete(peer.toString())
    if (known?.admitted === true) this.#disconnected(peer)
  }

  #admit(peer: PeerId): void {
    const [connection] = this.#init.connectionManager.getConnections(peer).filter(({ status }) => status === 'open')
    if (connection === undefined) return
    this.#peers.set(peer.toString(), { peer, admitted: true })
    this.#connected(peer, connection)
  }

  #expel(peer: PeerId): void {
    this.#peers.set(peer.toString(), { peer, admitted: false })
    this.#disconnected(peer)
  }

  // one topology for each version of the protocol, all of them the same
  #connected(peer: PeerId, connection: Connection): void {
    const [topology] = this.#topologies.values()
    void topology?.onConnect?.(peer, connection)
  }

  #disconnected(peer: PeerId): void {
    const [topology] = this.#topologies.values()
    void topology?.onDisconnect?.(peer)
  }

  #isAllowed(peer: PeerId): boolean {
    return this.#init.trust.explain({ peer }, SYNC_FUNCTION).allow
  }
}
