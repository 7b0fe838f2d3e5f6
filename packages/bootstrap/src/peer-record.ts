import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { isPrivate } from '@libp2p/utils'
import { toError } from '@waystone/kit/error-fields'
import { MAX_DIALLED_ADDRESSES, MAX_RECORD_ADDRESSES, MAX_RECORD_BYTES } from './constants.ts'
import { PeerRecordInvalidError } from './errors.ts'
import { networkOf, withoutPeer } from './network.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Network } from './network.ts'

/** What a peer said of itself, verified. */
export interface OpenedRecord {
  readonly peer: PeerId
  readonly id: string
  readonly sequence: bigint
  /** Without the peer id. */
  readonly addresses: readonly Multiaddr[]
}

/** Where a peer may be dialled by somebody who has only its record. */
export interface Reach {
  /** Direct, with a literal IP, one IP of each family at most. */
  readonly addresses: readonly Multiaddr[]
  readonly networks: readonly Network[]
}

/**
 * Reads a record and checks everything that can be checked without the peer.
 *
 * @throws PeerRecordInvalidError
 */
export async function openPeerRecord(bytes: Uint8Array): Promise<OpenedRecord> {
  if (bytes.length > MAX_RECORD_BYTES) throw new PeerRecordInvalidError(`${bytes.length} bytes are too many`)
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN)
    // the domain is signed, the type is not looked at by the library
    if (!isEqual(envelope.payloadType, PeerRecord.CODEC)) throw new Error('it is of another type')
    const opened = readPayload(envelope.payload)
    const signer = peerIdFromPublicKey(envelope.publicKey)
    if (!opened.peer.equals(signer)) throw new Error('another peer signed it')
    return opened
  } catch (error) {
    throw new PeerRecordInvalidError(`a peer record cannot be used: ${toError(error).message}`, { cause: error })
  }
}

/**
 * Reads a record that was verified when it came.
 *
 * @throws PeerRecordInvalidError
 */
export function readPeerRecord(bytes: Uint8Array): OpenedRecord {
  if (bytes.length > MAX_RECORD_BYTES) throw new PeerRecordInvalidError(`${bytes.length} bytes are too many`)
  try {
    return readPayload(RecordEnvelope.createFromProtobuf(bytes).payload)
  } catch (error) {
    throw new PeerRecordInvalidError(`a peer record cannot be read: ${toError(error).message}`, { cause: error })
  }
}

/**
 * The addresses that a stranger's record is worth: the first IP of each family
 * that may be dialled, and the addresses there. So one record leads to two
 * hosts at most, and to no names, relays or, unless they are shared, local networks. Pure.
 */
export function reachOf(addresses: readonly Multiaddr[], options: { private: boolean }): Reach {
  const first = new Map<number, Network>()
  const chosen: Multiaddr[] = []
  for (const address of addresses) {
    const network = networkOf(address)
    if (network === undefined || (isPrivate(address) && !options.private)) continue
    const family = network.ip.length
    const known = first.get(family) ?? network
    first.set(family, known)
    if (known.ip === network.ip && chosen.length < MAX_DIALLED_ADDRESSES) chosen.push(address)
  }
  return { addresses: chosen, networks: [...first.values()] }
}

function readPayload(payload: Uint8Array): OpenedRecord {
  const { peerId, seqNumber, multiaddrs } = PeerRecord.createFromProtobuf(payload)
  if (multiaddrs.length > MAX_RECORD_ADDRESSES) throw new Error(`it has ${multiaddrs.length} addresses`)
  return { peer: peerId, id: peerId.toString(), sequence: seqNumber, addresses: multiaddrs.map(withoutPeer) }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
