import { readPeer } from '../edge/peer-argument.ts'

/** How IPNS names of Ed25519 and other keys begin: libp2p-key CIDs in base36 or base32, which peer ids are not. */
const IPNS_NAME = /^(?:\/ipns\/)?(k[a-z0-9]{40,}|bafz[a-z2-7]{40,})$/

/** Whom an entry is about. */
export interface NamedKey {
  pubkey: string
  kind: string
  /** From a multiaddr, without the peer id. */
  addresses: string[]
}

/**
 * Reads an IPNS name, a peer id, or a multiaddr that ends in one.
 *
 * @param kind - `file` or `peer`, if the form does not say what is meant
 * @throws PeerArgumentError
 */
export function pubkeyOf(text: string, kind?: string): NamedKey {
  const [, name] = IPNS_NAME.exec(text) ?? []
  if (name !== undefined) return { pubkey: name, kind: kind ?? 'file', addresses: [] }
  const { peer, addresses } = readPeer(text)
  const bare = addresses.map(address => address.decapsulateCode(P2P).toString()).filter(address => address !== '/')
  return { pubkey: peer.toString(), kind: kind ?? 'peer', addresses: bare }
}

/** Multicodec of `/p2p`. */
const P2P = 421
