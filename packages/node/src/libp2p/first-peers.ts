import { overlay } from './overlay.ts'
import type { Peer, PeerId, PeerStore, Topology } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { Clock, NodeTrust, Timer } from '@waystone/interface'

/** The function of the trust matrix that a peer needs to be asked for others at start. */
const BOOTSTRAP = 'use-for-bootstrap'

/**
 * How long peers without the function wait for one that has it, in
 * milliseconds. Longer than a dial and the first look around take; short
 * enough that a network whose seeds are all down still forms.
 */
const FIRST_PEERS_MS = 5_000

/** What kad-dht says when it has looked around its own id. */
const LOOKED_AROUND = 'kad-dht:query:self'

export interface FirstPeersComponents {
  /** libp2p's; its types do not name the event of kad-dht. */
  events: {
    addEventListener(type: string, listener: () => void): void
    removeEventListener(type: string, listener: () => void): void
  }
  peerStore: PeerStore
  registrar: Registrar
}

export interface FirstPeersInit {
  trust: Pick<NodeTrust, 'explain' | 'nodes'>
  clock: Clock
  /** Peers that were good to this node before are asked too. Default: nobody was. */
  isGood?: (peer: PeerId) => boolean
  /** Remembered peers that are left in peace for now. Default: none. */
  isSpared?: (peer: PeerId) => boolean
}

/**
 * Keeps peers without `use-for-bootstrap`, that were not good to this node
 * before either, from being the ones that kad-dht
 * (16.4.5) asks at start. By itself it dials and asks every DHT server that it
 * knew when the node last ran, and everyone who happens to be connected.
 *
 * Remembered peers of this kind are not given to it. Connected ones
 * wait until the first look around has ended, or five seconds; where nobody is
 * known who has the function, nobody waits. Later they are peers like others.
 */
export class FirstPeers {
  readonly #init: FirstPeersInit
  readonly #components: FirstPeersComponents
  readonly #waiting: (() => void)[] = []
  #timer: Timer | undefined
  #isOver = false

  constructor(components: FirstPeersComponents, init: FirstPeersInit) {
    this.#components = components
    this.#init = init
  }

  /** What kad-dht gets in the place of libp2p's own. */
  get peerStore(): PeerStore {
    const { peerStore } = this.#components
    const isFirst = ({ id }: Peer): boolean => this.#isFirst(id) && this.#init.isSpared?.(id) !== true
    const all: PeerStore['all'] = async query =>
      peerStore.all({ ...query, filters: [...(query?.filters ?? []), isFirst] })
    return overlay(peerStore, { all })
  }

  get registrar(): Registrar {
    const { registrar } = this.#components
    const register: Registrar['register'] = async (protocol, topology, options) => {
      this.#begin()
      return registrar.register(protocol, this.#patient(topology), options)
    }
    const unregister: Registrar['unregister'] = id => {
      this.#end()
      registrar.unregister(id)
    }
    return overlay(registrar, { register, unregister })
  }

  #patient(topology: Topology): Topology {
    return {
      ...(topology.filter === undefined ? {} : { filter: topology.filter }),
      ...(topology.notifyOnLimitedConnection === undefined
        ? {}
        : { notifyOnLimitedConnection: topology.notifyOnLimitedConnection }),
      onConnect: (peer, connection) => {
        if (this.#isOver || this.#isFirst(peer)) return topology.onConnect?.(peer, connection)
        // who has left meanwhile is not told of
        this.#waiting.push(() => void (connection.status === 'open' && topology.onConnect?.(peer, connection)))
      },
      onDisconnect: peer => topology.onDisconnect?.(peer)
    }
  }

  #begin(): void {
    const { clock, trust } = this.#init
    this.#isOver = trust.nodes(BOOTSTRAP).length === 0
    if (this.#isOver) return
    this.#components.events.addEventListener(LOOKED_AROUND, this.#end)
    this.#timer = clock.setTimeout(this.#end, FIRST_PEERS_MS)
  }

  readonly #end = (): void => {
    this.#timer?.clear()
    this.#components.events.removeEventListener(LOOKED_AROUND, this.#end)
    this.#isOver = true
    for (const tell of this.#waiting.splice(0)) tell()
  }

  #isFirst(peer: PeerId): boolean {
    return this.#init.trust.explain({ peer }, BOOTSTRAP).allow || this.#init.isGood?.(peer) === true
  }
}
