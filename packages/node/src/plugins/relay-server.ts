import type { Config } from '../config/schema.ts'
import type { Plugin, PluginContext, ServiceFactory } from './plugin.ts'
import type { ServerReservationStoreInit } from '@libp2p/circuit-relay-v2'

type RelayServiceConfig = Config['relayService']

/** A timer longer than this many milliseconds fires at once (Node's timers are 32-bit). */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** As good as no limit, and still a positive number for those who read it as signed. */
const MOST_BYTES = 2n ** 63n - 1n

/** Carries others' circuits (circuit relay v2, hop side). */
export const relayServerPlugin: Plugin = { create }

async function create({ config }: PluginContext): Promise<ServiceFactory | undefined> {
  if (!config.relayService.enabled) return undefined
  const { circuitRelayServer } = await import('@libp2p/circuit-relay-v2')
  return circuitRelayServer({ reservations: reservationLimits(config.relayService) })
}

/**
 * The library enforces `defaultDurationLimit` in milliseconds (server/utils.ts,
 * `AbortSignal.timeout`) and also sends that number to the client, which takes
 * it for seconds. Only the enforcement counts, so it gets milliseconds; the
 * client merely believes that it has longer.
 */
export function reservationLimits(config: RelayServiceConfig): ServerReservationStoreInit {
  const { maxReservations, reservationTtl, circuitDuration, circuitBytes } = config
  return {
    maxReservations,
    reservationTtl: Math.min(reservationTtl, LONGEST_TIMER_MS),
    applyDefaultLimit: circuitDuration !== 'unlimited' || circuitBytes !== 'unlimited',
    defaultDurationLimit:
      circuitDuration === 'unlimited' ? LONGEST_TIMER_MS : Math.min(circuitDuration, LONGEST_TIMER_MS),
    defaultDataLimit: circuitBytes === 'unlimited' ? MOST_BYTES : BigInt(circuitBytes)
  }
}
