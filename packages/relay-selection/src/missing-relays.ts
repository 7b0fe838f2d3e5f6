import { SHORT_ID_LENGTH } from './constants.ts'
import type { RelayReservation } from './contract.ts'

/** What stands between this node and readiness, by the state of its relays: nothing, or one line. */
export function missingRelays(relays: readonly RelayReservation[]): string[] {
  if (relays.length === 0 || relays.some(({ state }) => state === 'reserved')) return []
  const reasons = relays.map(
    ({ relay, lastError }) => `…${relay.slice(-SHORT_ID_LENGTH)} ${lastError ?? 'not reached yet'}`
  )
  return [`no relay reservation: ${reasons.join(', ')}`]
}
