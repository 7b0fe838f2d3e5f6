import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { WaystoneError } from '@waystone/interface'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What should name a peer is neither a peer id nor a multiaddr that ends in one. */
export class PeerNameInvalidError extends WaystoneError {
  static override readonly name = 'PeerNameInvalidError'

  constructor(text: string, cause?: unknown) {
    super(`${JSON.stringify(text.slice(0, 200))} is no peer`, {
      hint: 'give a peer id (12D3Koo…) or a multiaddr that ends in one (/ip4/192.0.2.7/tcp/4001/p2p/12D3Koo…)',
      cause
    })
  }
}

export interface NamedPeer {
  peer: PeerId
  /** Where it is, if the text says so. */
  addresses: Multiaddr[]
}

/**
 * Reads a peer id or a multiaddr that ends in one.
 *
 * @throws PeerNameInvalidError
 */
export function parsePeer(text: string): NamedPeer {
  try {
    if (!text.startsWith('/')) return { peer: peerIdFromString(text), addresses: [] }
    const address = multiaddr(text)
    const last = address.getComponents().at(-1)
    if (last?.name !== 'p2p' || last.value === undefined) throw new PeerNameInvalidError(text)
    return { peer: peerIdFromString(last.value), addresses: [address] }
  } catch (error) {
    throw error instanceof PeerNameInvalidError ? error : new PeerNameInvalidError(text, error)
  }
}
