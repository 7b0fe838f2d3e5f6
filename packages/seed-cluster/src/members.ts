import { FULL_MESH } from './constants.ts'
import { Running } from './running.ts'
import type { PeerId } from '@libp2p/interface'
import type { Clock, ClusterMember, ClusterMembership, NodeTrust } from '@waystone/interface'
import type { SeedClusterComponents } from './contract.ts'

export interface MembersInit {
  membership: ClusterMembership
  trust: Pick<NodeTrust, 'levelOf'> | undefined
  components: Pick<SeedClusterComponents, 'connectionManager' | 'peerId'>
  clock: Pick<Clock, 'monotonic'>
}

/** Who belongs to the cluster, and is connected. */
export class Members {
  readonly running: Running
  readonly #init: MembersInit

  constructor(init: MembersInit) {
    this.#init = init
    this.running = new Running(init.clock)
  }

  get all(): readonly ClusterMember[] {
    return this.#init.membership.members()
  }

  get isMember(): boolean {
    return this.#init.membership.has(this.#init.components.peerId)
  }

  /** Of the trust file that is here; 0 without one. */
  get sequence(): bigint {
    return this.#init.membership.file()?.sequence ?? 0n
  }

  /** Another member that the operator has not blocked. */
  isOther(peer: PeerId): boolean {
    const { membership, components } = this.#init
    return membership.has(peer) && !peer.equals(components.peerId) && !this.isBlocked(peer)
  }

  isBlocked(peer: PeerId): boolean {
    return this.#init.trust?.levelOf(peer) === 'blocked'
  }

  /** Nobody but this cluster may know the peer. */
  isStranger(peer: PeerId): boolean {
    const level = this.#init.trust?.levelOf(peer) ?? 'none'
    return level === 'none' || level === 'blocked'
  }

  isConnected(peer: PeerId): boolean {
    return this.#init.components.connectionManager.getConnections(peer).some(({ status }) => status === 'open')
  }

  /** Other members with an open connection, by id. */
  connected(): Map<string, PeerId> {
    const found = new Map<string, PeerId>()
    for (const { status, remotePeer } of this.#init.components.connectionManager.getConnections()) {
      if (status === 'open' && this.isOther(remotePeer)) found.set(remotePeer.toString(), remotePeer)
    }
    return found
  }

  /** Whether this node is connected to as many as it should be. */
  get isFull(): boolean {
    return this.connected().size >= this.enough
  }

  /** To how many members a seed is to be connected. */
  get enough(): number {
    return Math.min(this.others, FULL_MESH)
  }

  /** How many there are besides this node. */
  get others(): number {
    return this.all.length - (this.isMember ? 1 : 0)
  }

  /** How many of those run, as far as anybody has said. */
  get othersThatRun(): number {
    const self = this.#init.components.peerId.toString()
    return this.all.filter(member => member.id !== self && this.running.has(member)).length
  }
}
