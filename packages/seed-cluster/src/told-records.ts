import { messageOf } from '@waystone/kit/error-fields'
import { MAX_PEER_RECORDS } from '@waystone/wire/seed'
import { readEnvelope } from './peer-records.ts'
import type { PeerId } from '@libp2p/interface'
import type { MeshParts } from './mesh-parts.ts'
import type { SignedAddresses } from './peer-records.ts'
import type { RecordResult } from './metrics.ts'

/** Takes the addresses of members that other members hand on. */
export class ToldRecords {
  readonly #parts: MeshParts
  readonly #tell: (peer: PeerId, addresses: readonly string[]) => void
  /** The newest of each member. */
  readonly #sequences = new Map<string, bigint>()

  constructor(parts: MeshParts, tell: (peer: PeerId, addresses: readonly string[]) => void) {
    this.#parts = parts
    this.#tell = tell
  }

  /** Never rejects but for the signal. */
  async take(envelopes: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    for (const bytes of envelopes.slice(0, MAX_PEER_RECORDS)) {
      signal.throwIfAborted()
      this.#parts.metrics.record(await this.#takeOne(bytes, signal))
    }
  }

  retain(isMember: (member: string) => boolean): void {
    for (const member of this.#sequences.keys()) if (!isMember(member)) this.#sequences.delete(member)
  }

  async #takeOne(bytes: Uint8Array, signal: AbortSignal): Promise<RecordResult> {
    try {
      return this.#use(await readEnvelope(bytes, { signal }))
    } catch (error) {
      signal.throwIfAborted()
      this.#parts.log('a peer record is not used - %s', messageOf(error))
      return 'invalid'
    }
  }

  #use({ peer, sequence, addresses }: SignedAddresses): RecordResult {
    const { members } = this.#parts
    if (!members.isOther(peer)) return 'not_a_member'
    const member = peer.toString()
    if (sequence < (this.#sequences.get(member) ?? 0n)) return 'old'
    this.#sequences.set(member, sequence)
    if (!members.isConnected(peer)) this.#tell(peer, addresses)
    return 'taken'
  }
}
