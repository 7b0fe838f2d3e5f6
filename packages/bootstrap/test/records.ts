import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerId, PrivateKey } from '@libp2p/interface'

export interface RecordInit {
  key?: PrivateKey
  /** Default: that of the key. */
  peer?: PeerId
  addresses?: readonly string[]
  sequence?: bigint
}

export interface MadeRecord {
  id: string
  peer: PeerId
  key: PrivateKey
  bytes: Uint8Array
}

/** A signed peer record as libp2p makes it. */
export async function makeRecord(init: RecordInit = {}): Promise<MadeRecord> {
  const { addresses = ['/ip4/8.8.8.8/tcp/4001'], sequence = 1n } = init
  const key = init.key ?? (await generateKeyPair('Ed25519'))
  const peer = init.peer ?? peerIdFromPrivateKey(key)
  const multiaddrs = addresses.map(text => multiaddr(text))
  const envelope = await RecordEnvelope.seal(new PeerRecord({ peerId: peer, multiaddrs, seqNumber: sequence }), key)
  return { id: peer.toString(), peer, key, bytes: envelope.marshal() }
}

export async function newPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}
