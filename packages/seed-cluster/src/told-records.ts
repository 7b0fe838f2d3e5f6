import { nextTurn } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { MAX_PEER_RECORDS } from '@waystone/wire/seed'
import { CHECKS_A_TURN } from './constants.ts'
import { readEnvelope } from './peer-records.ts'
import { sameBytes } from './same-bytes.ts'
import type { PeerId } from '@libp2p/interface'
import type { MeshParts } from './mesh-parts.ts'
import type { SignedAddresses } from './peer-records.ts'
import type { RecordResult } from './metrics.ts'

export interface ToldRecordsParts extends Pick<MeshParts, 'members' | 'log'> {
  components: Pick<MeshParts['components'], 'peerId'>
  metrics: Pick<MeshParts['metrics'], 'record'>
}

/** Takes the addresses of members that other members hand on. */
export class ToldRecords {
  readonly #parts: ToldRecordsParts
  readonly #tell: (peer: PeerId, addresses: readonly string[]) => void
  /** The newest of each member. */
  readonly #sequences = new Map<string, bigint>()
  /** Who was told of since it was connected last. */
  readonly #told = new Set<string>()
  /** Members' records that were read last: every member tells the same ones. */
  readonly #read = new Map<string, { bytes: Uint8Array; record: SignedAddresses }>()

  constructor(parts: ToldRecordsParts, tell: (peer: PeerId, addresses: readonly string[]) => void) {
    this.#parts = parts
    this.#tell = tell
  }

  /** Never rejects but for the signal. */
  async take(envelopes: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    for (const [at, bytes] of envelopes.slice(0, MAX_PEER_RECORDS).entries()) {
      if (at % CHECKS_A_TURN === CHECKS_A_TURN - 1) await nextTurn()
      signal.throwIfAborted()
      this.#parts.metrics.record(await this.#takeOne(bytes, signal))
    }
  }

  /** Whether there are members of whom nobody has told, and who are not connected. */
  get lacksSome(): boolean {
    const { members, components } = this.#parts
    const connected = members.connected()
    const self = components.peerId.toString()
    return members.all.some(({ id }) => id !== self && !this.#told.has(id) && !connected.has(id))
  }

  /** It is gone, and may come back elsewhere. */
  forget(member: string): void {
    this.#told.delete(member)
  }

  retain(isMember: (member: string) => boolean): void {
    for (const kept of [this.#sequences, this.#told, this.#read]) {
      for (const member of kept.keys()) if (!isMember(member)) kept.delete(member)
    }
  }

  async #takeOne(bytes: Uint8Array, signal: AbortSignal): Promise<RecordResult> {
    try {
      const record = this.#readBefore(bytes) ?? (await readEnvelope(bytes, { signal }))
      return this.#use(record, bytes)
    } catch (error) {
      signal.throwIfAborted()
      this.#parts.log('a peer record is not used - %s', messageOf(error))
      return 'invalid'
    }
  }

  #readBefore(bytes: Uint8Array): SignedAddresses | undefined {
    for (const { bytes: before, record } of this.#read.values()) if (sameBytes(before, bytes)) return record
    return undefined
  }

  #remember(member: string, bytes: Uint8Array, record: SignedAddresses): void {
    this.#read.delete(member)
    this.#read.set(member, { bytes, record })
    const [oldest] = this.#read.keys()
    if (this.#read.size > MAX_PEER_RECORDS && oldest !== undefined) this.#read.delete(oldest)
  }

  #use(record: SignedAddresses, bytes: Uint8Array): RecordResult {
    const { peer, sequence, addresses } = record
    const { members } = this.#parts
    if (!members.isOther(peer)) return 'not_a_member'
    const member = peer.toString()
    if (sequence < (this.#sequences.get(member) ?? 0n)) return 'old'
    this.#sequences.set(member, sequence)
    this.#told.add(member)
    members.running.saw(member)
    this.#remember(member, bytes, record)
    if (!members.isConnected(peer)) this.#tell(peer, addresses)
    return 'taken'
  }
}
