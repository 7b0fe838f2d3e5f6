import { WaystoneError } from '@waystone/interface'
import { createDeadline } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { CODE_DNSADDR } from '@multiformats/multiaddr'
import { dialAddress } from './candidates/dial-address.ts'
import { interleaveFamilies, race } from './happy-eyeballs.ts'
import type { Connection, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { DialAddressInit } from './candidates/dial-address.ts'

/** Nobody says where a node is: the one who knows may come later. */
export class NoAddressError extends WaystoneError {
  static override readonly name = 'NoAddressError'
}

export interface DialTarget extends PeerAddresses {
  /** No other addresses than these. */
  strict: boolean
}

export interface DialInit extends DialAddressInit {
  connectionManager: ConnectionManager
  peerStore: Pick<PeerStore, 'get'>
}

/**
 * Opens a connection at the given addresses, which are tried 250 ms apart;
 * without any, wherever libp2p finds the peer.
 *
 * @throws NoAddressError, DeadlineExceededError, errors of libp2p
 */
export async function dialNode({ peerId, addresses, strict }: DialTarget, init: DialInit): Promise<Connection> {
  const [first, ...others] = interleaveFamilies(addresses)
  if (first === undefined) return await dialAnywhere(peerId, strict, init)
  if (others.length === 0) return await dialQueued([first], init)
  // others who want this peer meanwhile join the dial of the first address
  return await race([first, ...others], {
    attempt: async (address, { signal }) => {
      const isQueued = address === first || address.getComponents().some(({ code }) => code === CODE_DNSADDR)
      return isQueued ? dialQueued([address], { ...init, signal }) : dialAddress(address, { ...init, signal })
    },
    discard: connection => connection.abort(new Error('another address was faster')),
    ...init
  })
}

async function dialQueued(target: Multiaddr[] | PeerId, init: DialInit): Promise<Connection> {
  const { connectionManager, clock, signal } = init
  using deadline = createDeadline({ ms: HANDSHAKE_TIMEOUT_MS, what: 'dialling a seed', signal, clock })
  try {
    return await connectionManager.openConnection(target, { signal: deadline.signal })
  } catch (error) {
    // libp2p reports an ended signal by errors of its own
    throw deadline.signal.aborted ? deadline.signal.reason : error
  }
}

async function dialAnywhere(peerId: PeerId, isStrict: boolean, init: DialInit): Promise<Connection> {
  const { connectionManager, peerStore } = init
  if (isStrict) throw new NoAddressError('its trust file gives no address that can be used')
  const known = await peerStore.get(peerId).catch(() => undefined)
  const isKnown = (known?.addresses.length ?? 0) > 0
  // with nobody to ask the network knows nothing, and kad-dht would wait for somebody
  if (!isKnown && connectionManager.getConnections().length === 0) throw unknownAddress()
  try {
    return await dialQueued(peerId, init)
  } catch (error) {
    throw isKnown && nameOf(error) !== 'NoValidAddressesError' ? error : unknownAddress(error)
  }
}

function unknownAddress(cause?: unknown): NoAddressError {
  return new NoAddressError('nobody has said yet where it is', { cause })
}
