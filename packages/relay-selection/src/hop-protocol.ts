import { abortable, createDeadline, DeadlineExceededError } from '@waystone/kit'
import { RELAY_V2_HOP_PROTOCOL } from '@waystone/wire'
import { NotARelayError, ReservationFailedError } from './errors.ts'
import type { PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Clock } from '@waystone/interface'
import type { RelaySelectionEvents } from './contract.ts'

// identify and identify push change the peer's protocols in the peer store
const SIGNS = ['peer:update', 'peer:disconnect'] as const

export interface HopProtocolWait {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  events: RelaySelectionEvents
  clock: Clock
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Resolves when identify has told that a connected peer serves the hop protocol.
 *
 * @throws NotARelayError when it has not by the deadline, ReservationFailedError when the connection ends before
 */
export async function waitForHopProtocol(relay: PeerId, wait: HopProtocolWait): Promise<void> {
  const { connectionManager, peerStore, events, clock, timeoutMs, signal } = wait
  using deadline = createDeadline({ ms: timeoutMs, what: 'identify', signal, clock })
  let changed = Promise.withResolvers<void>()
  const notice = (): void => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }
  for (const sign of SIGNS) events.addEventListener(sign, notice)
  try {
    for (;;) {
      const change = changed.promise
      const { protocols } = await peerStore.get(relay, { signal: deadline.signal })
      if (protocols.includes(RELAY_V2_HOP_PROTOCOL)) return
      if (connectionManager.getConnections(relay).length === 0)
        throw new ReservationFailedError('it closed the connection')
      await abortable(change, deadline.signal)
    }
  } catch (error) {
    throw error instanceof DeadlineExceededError ? new NotARelayError('it does not offer to relay') : error
  } finally {
    for (const sign of SIGNS) events.removeEventListener(sign, notice)
  }
}
