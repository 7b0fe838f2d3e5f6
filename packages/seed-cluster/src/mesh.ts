import { Conversation } from './conversation.ts'
import { Duplicates } from './duplicates.ts'
import { Hearing } from './hearing.ts'
import { Instances } from './instances.ts'
import { NewsDelay } from './news-delay.ts'
import { isAlive } from './ping.ts'
import { RefusedCallers } from './refused-callers.ts'
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
  readonly refused: RefusedCallers
  readonly #conversations = new Map<string, Conversation>()
  readonly #ended = new Set<Promise<void>>()
  readonly #newsDelay = new NewsDelay()
  #news: Timer | undefined
  /** Whether no member was missing here when there was news last. */
  #wasFull = false

  constructor(parts: MeshParts, tell: TellMember) {
    this.parts = parts
    this.hearing = new Hearing(parts)
    this.records = new ToldRecords(parts, tell)
    this.refused = new RefusedCallers(parts)
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
    this.hearing.members.gone(peer.toString())
    this.#newsSoon()
  }

  closed(connection: Connection): void {
    this.instances.closed(connection.remotePeer.toString(), connection)
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#news?.clear()
    this.refused.clear()
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
}

function duplicatesInit({ init, components, metrics, log, clock }: MeshParts): DuplicatesInit {
  return {
    self: components.peerId,
    publicKey: components.privateKey.publicKey,
    own: init.instance,
    clock,
    log,
    audit: init.audit ?? { add: () => {} },
    events: init.events ?? { emit: () => {} },
    onYield: error => init.onYield?.(error),
    count: result => metrics.fault(result === 'found' ? 'duplicate' : 'unproven_duplicate')
  }
}
