import { peerIdFromMultihash } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import * as Digest from 'multiformats/hashes/digest'
import { MAX_ADDRESS_CHARACTERS, MAX_ADDRESSES } from './constants.ts'
import { PeerInvalidError } from './errors.ts'
import type { PeerId, PeerInfo } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A peer as it stands in a message. */
interface SentPeer {
  peer: Uint8Array
  addresses: string[]
}

/** Bytes of a peer id: an Ed25519 key has 38, a hash 34. */
const MAX_PEER_BYTES = 64

/** @throws PeerInvalidError */
export function readPeer(bytes: Uint8Array): PeerId {
  if (bytes.length > MAX_PEER_BYTES) throw new PeerInvalidError('a peer id is too long')
  try {
    return peerIdFromMultihash(Digest.decode(bytes))
  } catch (cause) {
    throw new PeerInvalidError('this is no peer id', { cause })
  }
}

/**
 * The addresses that can be those of the peer. Whatever else a remote sends is
 * dropped: it costs nothing, and proves nothing.
 */
export function readAddresses(peer: PeerId, given: readonly string[]): Multiaddr[] {
  return given.slice(0, MAX_ADDRESSES).flatMap(text => readAddress(peer, text) ?? [])
}

/** @throws PeerInvalidError */
export function readPeerInfo({ peer, addresses }: SentPeer): PeerInfo {
  const id = readPeer(peer)
  return { id, multiaddrs: readAddresses(id, addresses) }
}

export function sentPeer({ id, multiaddrs }: PeerInfo): SentPeer {
  return { peer: id.toMultihash().bytes, addresses: multiaddrs.slice(0, MAX_ADDRESSES).map(String) }
}

function readAddress(peer: PeerId, text: string): Multiaddr | undefined {
  if (text.length > MAX_ADDRESS_CHARACTERS || text.length < 2) return undefined
  try {
    const address = multiaddr(text)
    const last = address.getComponents().at(-1)
    if (last?.code === CODE_P2P && last.value !== peer.toString()) return undefined
    return address
  } catch {
    return undefined
  }
}
