/**
 * Keeps reservations on relays: the configured ones are asked for a reservation
 * when the node starts and again whenever it is gone.
 *
 * @example
 * ```ts
 * import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
 * import { identify } from '@libp2p/identify'
 * import { relaySelection } from '@waystone/relay-selection'
 * import { createLibp2p } from 'libp2p'
 *
 * const node = await createLibp2p({
 *   transports: [circuitRelayTransport()],
 *   services: {
 *     identify: identify(),
 *     relaySelection: relaySelection({
 *       relays: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp']
 *     })
 *   }
 * })
 * console.log(node.services.relaySelection.reservations())
 * await node.stop()
 * ```
 *
 * @packageDocumentation
 */
import { RelaySelectionService } from './relay-selection.ts'
import type { RelaySelection, RelaySelectionComponents, RelaySelectionInit } from './contract.ts'

export type {
  RelayReservation,
  RelaySelection,
  RelaySelectionComponents,
  RelaySelectionEvents,
  RelaySelectionInit
} from './contract.ts'

/**
 * @throws InvalidPeerAddressError when a relay is not a direct address that ends in /p2p/PEER-ID
 */
export function relaySelection(init: RelaySelectionInit): (components: RelaySelectionComponents) => RelaySelection {
  return components => new RelaySelectionService(components, init)
}
