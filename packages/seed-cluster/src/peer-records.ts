import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { MAX_PEER_RECORD_BYTES, MAX_PEER_RECORDS } from '@waystone/wire/seed'
import { messageOf } from '@waystone/kit/error-fields'
import { MAX_ADDRESSES, MAX_RECORDS_BYTES } from './constants.ts'
import { MemberRecordInvalidError } from './errors.ts'
import type { AbortOptions, PeerId, PeerStore } from '@libp2p/interface'

/** Where a peer says that it is. */
export interface SignedAddresses {
  readonly peer: PeerId
  /** Higher in a newer record. */
  readonly sequence: bigint
  /** Multiaddrs as text, without the peer id. */
  readonly addresses: readonly string[]
}

/** The envelopes that these peers gave of themselves, as many as fit into one answer. */
export async function envelopesOf(
  peerStore: Pick<PeerStore, 'get'>,
  peers: readonly PeerId[],
  options: AbortOptions = {}
): Promise<Uint8Array[]> {
  const all = await Promise.all(
    peers.slice(0, MAX_PEER_RECORDS).map(async peer => await envelopeOf(peerStore, peer, options))
  )
  let room = MAX_RECORDS_BYTES
  return all.flatMap(envelope => {
    if (envelope === undefined || envelope.length > Math.min(room, MAX_PEER_RECORD_BYTES)) return []
    room -= envelope.length
    return [envelope]
  })
}

async function envelopeOf(
  peerStore: Pick<PeerStore, 'get'>,
  peer: PeerId,
  options: AbortOptions
): Promise<Uint8Array | undefined> {
  try {
    return (await peerStore.get(peer, options)).peerRecordEnvelope
  } catch {
    // it left in between
    options.signal?.throwIfAborted()
    return undefined
  }
}

/**
 * Reads an envelope that somebody handed on.
 *
 * @throws MemberRecordInvalidError
 */
export async function readEnvelope(bytes: Uint8Array, options: AbortOptions = {}): Promise<SignedAddresses> {
  if (bytes.length > MAX_PEER_RECORD_BYTES) {
    throw new MemberRecordInvalidError(
      `a peer record of ${bytes.length} bytes is over the limit of ${MAX_PEER_RECORD_BYTES}`
    )
  }
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN, options)
    const { peerId: peer, seqNumber: sequence, multiaddrs } = PeerRecord.createFromProtobuf(envelope.payload)
    if (!peer.equals(peerIdFromPublicKey(envelope.publicKey))) throw new TypeError('another peer signed it')
    return { peer, sequence, addresses: multiaddrs.slice(0, MAX_ADDRESSES).map(String) }
  } catch (cause) {
    options.signal?.throwIfAborted()
    throw new MemberRecordInvalidError(`not a peer record: ${messageOf(cause)}`, { cause })
  }
}
