import { createDeadline } from '@waystone/kit'
import { HANDSHAKE_TIMEOUT_MS } from '@waystone/wire'
import { SeedDialDeniedError } from '../errors.ts'
import type { Connection, ConnectionGater } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '@waystone/interface'

export interface DialAddressInit {
  connectionGater: ConnectionGater
  transportManager: TransportManager
  clock: Clock
  signal: AbortSignal
}

/**
 * Opens a connection to whoever is at one address. libp2p's dial queue makes
 * one dial of all that want the same peer, and tries its addresses one after
 * the other: here each address is a dial of its own.
 *
 * @throws SeedDialDeniedError, DeadlineExceededError, errors of libp2p
 */
export async function dialAddress(address: Multiaddr, init: DialAddressInit): Promise<Connection> {
  const { connectionGater, transportManager, clock, signal } = init
  // the dial queue asks it too; the upgrader asks about the peer
  if ((await connectionGater.denyDialMultiaddr?.(address)) === true) {
    throw new SeedDialDeniedError(`${address.toString()} may not be dialled`)
  }
  using deadline = createDeadline({ ms: HANDSHAKE_TIMEOUT_MS, what: 'dialling a seed', signal, clock })
  try {
    return await transportManager.dial(address, { signal: deadline.signal })
  } catch (error) {
    // libp2p reports an ended signal by errors of its own
    throw deadline.signal.aborted ? deadline.signal.reason : error
  }
}
