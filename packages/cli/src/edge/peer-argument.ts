import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A peer on the command line is neither a peer id nor a multiaddr that ends in one. */
export class PeerArgumentError extends WaystoneError {
  static override readonly name = 'PeerArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG

  constructor(text: string, cause?: unknown) {
    super(`${JSON.stringify(text)} is no peer`, {
      hint: 'give a peer id (12D3Koo…) or a multiaddr that ends in one (/ip4/192.0.2.7/tcp/4001/p2p/12D3Koo…)',
      cause
    })
  }
}

export interface NamedPeer {
  peer: PeerId
  /** Where it is, if the argument says so. */
  addresses: Multiaddr[]
}

/**
 * Reads a peer id or a multiaddr that ends in one.
 *
 * @throws PeerArgumentError
 */
export function parsePeer(text: string): NamedPeer {
  try {
    if (!text.startsWith('/')) return { peer: peerIdFromString(text), addresses: [] }
    const address = multiaddr(text)
    const last = address.getComponents().at(-1)
    if (last?.name !== 'p2p' || last.value === undefined) throw new PeerArgumentError(text)
    return { peer: peerIdFromString(last.value), addresses: [address] }
  } catch (error) {
    throw error instanceof PeerArgumentError ? error : new PeerArgumentError(text, error)
  }
}
