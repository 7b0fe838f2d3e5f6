import { CODE_P2P } from '@multiformats/multiaddr'
import type { Libp2p } from '@libp2p/interface'

/**
 * Puts the node's addresses into its own peer record as soon as a listener
 * gains or loses one; identify-push takes them from there to the peers.
 * libp2p does so too, a second later (address-manager/index.ts): for that
 * second a new circuit address could be dialled, but nobody would know it.
 */
export function publishAddresses(libp2p: Libp2p): void {
  const log = libp2p.logger.forComponent('libp2p:waystone:publish-addresses')
  const publish = (): void => {
    if (libp2p.status === 'stopping') return
    const multiaddrs = libp2p.getMultiaddrs().map(address => address.decapsulateCode(CODE_P2P))
    libp2p.peerStore.patch(libp2p.peerId, { multiaddrs }).catch((error: unknown) => log.error('failed - %e', error))
  }
  libp2p.addEventListener('transport:listening', publish)
  libp2p.addEventListener('transport:close', publish)
}
