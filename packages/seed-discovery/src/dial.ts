import { WaystoneError } from '@waystone/interface'
import { abortable, createDeadline } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { CODE_DNSADDR, CODE_P2P } from '@multiformats/multiaddr'
import { dialAddress } from './candidates/dial-address.ts'
import { interleaveFamilies, race } from './happy-eyeballs.ts'
import { withPeer } from './sources/read-seed.ts'
import type { Connection, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
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
  /** libp2p makes one dial of all that want the same peer; this one takes no part in it. */
  isApart?: boolean
}

export interface DialInit extends DialAddressInit {
  connectionManager: ConnectionManager
  peerStore: Pick<PeerStore, 'get'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  /** Ends nothing but the search for a peer of whom no address is known. */
  looking?: AbortSignal
}

/**
 * Opens a connection at the given addresses, which are tried 250 ms apart;
 * without any, wherever libp2p finds the peer.
 *
 * @throws NoAddressError, DeadlineExceededError, errors of libp2p
 */
export async function dialNode(target: DialTarget, init: DialInit): Promise<Connection> {
  const { peerId, addresses, strict, isApart = false } = target
  const [first, ...others] = interleaveFamilies(addresses)
  if (first === undefined) return await dialAnywhere(peerId, strict, init)
  if (others.length === 0 && !isApart) return await dialQueued([first], init)
  // others who want this peer meanwhile join the dial of the first address
  return await race([first, ...others], {
    attempt: async (address, { signal }) => {
      const isQueued =
        (address === first && !isApart) || address.getComponents().some(({ code }) => code === CODE_DNSADDR)
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
  if ((known?.addresses.length ?? 0) === 0) {
    // with nobody to ask the network knows nothing, and kad-dht would wait for somebody
    if (connectionManager.getConnections().length === 0) throw unknownAddress()
    return await dialQueued(await lookFor(peerId, init), init)
  }
  try {
    return await dialQueued(peerId, init)
  } catch (error) {
    throw nameOf(error) === 'NoValidAddressesError' ? unknownAddress(error) : error
  }
}

/**
 * libp2p would look for the peer while it is in its dial queue: whoever learns an address meanwhile would join that
 * dial, wait for the network too, and fail with it.
 */
async function lookFor(peerId: PeerId, { peerRouting, clock, signal, looking }: DialInit): Promise<Multiaddr[]> {
  const outer = looking === undefined ? signal : AbortSignal.any([signal, looking])
  using deadline = createDeadline({ ms: HANDSHAKE_TIMEOUT_MS, what: 'looking for a seed', signal: outer, clock })
  try {
    const { multiaddrs } = await abortable(peerRouting.findPeer(peerId, { signal: deadline.signal }), deadline.signal)
    if (multiaddrs.length > 0) return multiaddrs.map(address => withId(address, peerId))
  } catch (error) {
    signal.throwIfAborted()
    throw unknownAddress(error)
  }
  throw unknownAddress()
}

function withId(address: Multiaddr, peerId: PeerId): Multiaddr {
  return address.getComponents().at(-1)?.code === CODE_P2P ? address : withPeer(address, peerId)
}

function unknownAddress(cause?: unknown): NoAddressError {
  return new NoAddressError('nobody has said yet where it is', { cause })
}
