import { DROP_AFTER_MS, MAX_COUNTED_CALLERS } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Timer } from '@waystone/interface'
import type { MeshParts } from './mesh-parts.ts'

/** Those who said hello and are no members: each gets the time to fetch the file that says so, and then has to go. */
export class RefusedCallers {
  readonly #parts: MeshParts
  readonly #drops = new Map<string, Timer>()

  constructor(parts: MeshParts) {
    this.#parts = parts
  }

  add(peer: PeerId): void {
    const { init, clock } = this.#parts
    const subject = peer.toString()
    // told of already, however often it asks until then
    if (this.#drops.has(subject)) return
    const reason = 'NotAMemberError: it is not in the trust file of the cluster'
    init.audit?.add({ kind: 'refused', subject, reason })
    if (this.#drops.size >= MAX_COUNTED_CALLERS) return
    const drop = clock.setTimeout(() => this.#drop(peer), DROP_AFTER_MS)
    this.#drops.set(subject, drop)
  }

  clear(): void {
    for (const timer of this.#drops.values()) timer.clear()
    this.#drops.clear()
  }

  #drop(peer: PeerId): void {
    const { init, members, components } = this.#parts
    this.#drops.delete(peer.toString())
    const connections = components.connectionManager.getConnections(peer)
    if (connections.length === 0 || members.isOther(peer) || !members.isStranger(peer)) return
    const reason = 'it said hello as a member of the cluster, and is none'
    init.audit?.add({ kind: 'closed', subject: peer.toString(), reason })
    for (const connection of connections) connection.close().catch((error: Error) => connection.abort(error))
  }
}
