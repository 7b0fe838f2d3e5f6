import { WaystoneError } from '@waystone/interface'
import { createDeadline } from '@waystone/kit'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { Clock } from '@waystone/interface'

/** Nobody says where a node is that may be reached only where its trust file says. */
export class NoAddressError extends WaystoneError {
  static override readonly name = 'NoAddressError'
}

export interface DialTarget extends PeerAddresses {
  /** No other addresses than these. */
  strict: boolean
}

export interface DialInit {
  connectionManager: ConnectionManager
  clock: Clock
  signal: AbortSignal
}

/**
 * Opens a connection at the given addresses; without any, wherever libp2p finds the peer.
 *
 * @throws NoAddressError, DeadlineExceededError, errors of libp2p
 */
export async function dialNode({ peerId, addresses, strict }: DialTarget, init: DialInit): Promise<void> {
  const { connectionManager, clock } = init
  if (addresses.length === 0 && strict) throw new NoAddressError('its trust file gives no address')
  // libp2p dials the addresses of one peer one after the other
  const ms = HANDSHAKE_TIMEOUT_MS * Math.max(1, addresses.length)
  using deadline = createDeadline({ ms, what: 'dialling a seed', signal: init.signal, clock })
  const target = addresses.length === 0 ? peerId : addresses
  await connectionManager.openConnection(target, { signal: deadline.signal }).catch((error: unknown) => {
    // libp2p reports an ended signal by errors of its own
    throw deadline.signal.aborted ? deadline.signal.reason : error
  })
}
