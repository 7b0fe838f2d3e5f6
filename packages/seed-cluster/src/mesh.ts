import { Conversation } from './conversation.ts'
import { DROP_AFTER_MS, MAX_COUNTED_CALLERS } from './constants.ts'
import { Duplicates } from './duplicates.ts'
import { Hearing } from './hearing.ts'
import { Instances } from './instances.ts'
import { NewsDelay } from './news-delay.ts'
import { isAlive } from './ping.ts'
import { ToldRecords } from './told-records.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Timer } from '@waystone/interface'
import type { DuplicatesInit } from './duplicates.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { Talk } from './talk.ts'

type TellMember = (peer: PeerId, addresses: readonly string[]) => void

/** The conversations with all members that are connected, and what came of them. */
export class Mesh implements Talk {
  readonly parts: MeshParts
  readonly hearing: Hearing
  readonly instances: Instances
  readonly duplicates: Duplicates
  readonly records: ToldRecords
  readonly #conversations = new Map<string, Conversation>()
  readonly #ended = new Set<Promise<void>>()
  readonly #drops = new Map<string, Timer>()
  readonly #newsDelay = new NewsDelay()
  #news: Timer | undefined
  /** Whether no member was missing here when there was news last. */
  #wasFull = false

  constructor(parts: MeshParts, tell: TellMember) {
    this.parts = parts
    this.hearing = new Hearing(parts)
    this.records = new ToldRecords(parts, tell)
    this.duplicates = new Duplicates(duplicatesInit(parts))
    const { clock, random, signal } = parts
    this.instances = new Instances(async connection => await isAlive(connection, { clock, random, signal }))
  }

  /** Talks to members that are connected, and to nobody else. What changed in the trust file is told at once. */
  follow(): void {
    const { members } = this.parts
    const wanted = members.isMember ? members.connected() : new Map<string, PeerId>()
    for (const id of this.#conversations.keys()) if (!wanted.has(id)) this.#end(id)
    this.#tellNews(() => true)
    for (const peer of wanted.values()) this.#begin(peer)
    const named = new Set(members.all.map(({ id }) => id))
    this.hearing.retain(id => named.has(id))
    this.records.retain(id => named.has(id))
  }

  connected(peer: PeerId): void {
    const { members } = this.parts
    if (!members.isMember || !members.isOther(peer)) return
    this.#begin(peer)
    this.#newsSoon()
  }

  disconnected(peer: PeerId): void {
    this.#end(peer.toString())
    this.records.forget(peer.toString())
    this.#newsSoon()
  }

  closed(connection: Connection): void {
    this.instances.closed(connection.remotePeer.toString(), connection)
  }

  /** Somebody who is no member says hello: it gets the time to fetch the file that says so, and then has to go. */
  refused(peer: PeerId): void {
    const { init, clock } = this.parts
    const id = peer.toString()
    init.audit?.add({
      kind: 'refused',
      subject: id,
      reason: 'NotAMemberError: it is not in the trust file of the cluster'
    })
    if (this.#drops.has(id) || this.#drops.size >= MAX_COUNTED_CALLERS || !this.parts.members.isStranger(peer)) return
    this.#drops.set(
      id,
      clock.setTimeout(() => this.#drop(peer), DROP_AFTER_MS)
    )
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#news?.clear()
    for (const timer of this.#drops.values()) timer.clear()
    this.#drops.clear()
    for (const id of this.#conversations.keys()) this.#end(id)
    await Promise.all([...this.#ended, this.hearing.settled()])
    this.instances.clear()
  }

  #newsSoon(): void {
    const { clock } = this.parts
    this.#news ??= clock.setTimeout(
      () => this.#tellNews(member => this.#isNewsTo(member)),
      this.#newsDelay.next(clock.monotonic())
    )
  }

  #tellNews(isNewsTo: (member: string) => boolean): void {
    this.#news?.clear()
    this.#news = undefined
    for (const [member, conversation] of this.#conversations) if (isNewsTo(member)) conversation.soon()
    this.#wasFull = this.parts.members.isFull
  }

  /** Whether members are missing on one side: else who came or went is told with the next Hello. */
  #isNewsTo(member: string): boolean {
    const { members } = this.parts
    const { connectedMembers = 0 } = this.hearing.members.get(member).said ?? {}
    return !this.#wasFull || !members.isFull || connectedMembers < members.enough
  }

  #begin(peer: PeerId): void {
    const id = peer.toString()
    if (!this.#conversations.has(id)) this.#conversations.set(id, new Conversation(this, peer))
  }

  #end(id: string): void {
    const ended = this.#conversations.get(id)?.end()
    this.#conversations.delete(id)
    if (ended === undefined) return
    this.#ended.add(ended)
    void ended.finally(() => this.#ended.delete(ended))
  }

  #drop(peer: PeerId): void {
    const { init, members, components } = this.parts
    this.#drops.delete(peer.toString())
    const connections = components.connectionManager.getConnections(peer)
    if (connections.length === 0 || members.isOther(peer) || !members.isStranger(peer)) return
    const reason = 'it said hello as a member of the cluster, and is none'
    init.audit?.add({ kind: 'closed', subject: peer.toString(), reason })
    for (const connection of connections) connection.close().catch((error: Error) => connection.abort(error))
  }
}

function duplicatesInit({ init, components, metrics, log }: MeshParts): DuplicatesInit {
  return {
    self: components.peerId,
    publicKey: components.privateKey.publicKey,
    own: init.instance,
    log,
    audit: init.audit ?? { add: () => {} },
    events: init.events ?? { emit: () => {} },
    onYield: error => init.onYield?.(error),
    count: result => metrics.fault(result === 'found' ? 'duplicate' : 'unproven_duplicate')
  }
}
