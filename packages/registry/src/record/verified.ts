import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '@libp2p/interface'
import type { RecordValues, VerifiedRecord } from '../contract.ts'

/** A record whose parts were all checked. */
export class CheckedRecord implements VerifiedRecord {
  readonly kind: string
  readonly id: string
  readonly key: string
  readonly sequence: number
  readonly expiry: number
  readonly payload: Uint8Array
  readonly withdrawn: boolean
  readonly hash: Uint8Array
  readonly values: RecordValues
  readonly signed: Uint8Array
  #peer: PeerId | undefined

  constructor(parts: Omit<VerifiedRecord, 'peer'>) {
    this.kind = parts.kind
    this.id = parts.id
    this.key = parts.key
    this.sequence = parts.sequence
    this.expiry = parts.expiry
    this.payload = parts.payload
    this.withdrawn = parts.withdrawn
    this.hash = parts.hash
    this.values = parts.values
    this.signed = parts.signed
  }

  get peer(): PeerId {
    return (this.#peer ??= peerIdFromString(this.id))
  }
}
