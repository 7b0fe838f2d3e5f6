import { SERVICE_KEYS } from './service-keys.ts'
import type { Bootstrap } from '@waystone/bootstrap'

/**
 * The bootstrap service of a node, for those that are made before it. Ask when
 * it is needed: while nodes are made it is absent, and in some it stays so.
 */
export function bootstrapOf(components: object): Bootstrap | undefined {
  try {
    const service: unknown = Reflect.get(components, SERVICE_KEYS.bootstrap)
    return isBootstrap(service) ? service : undefined
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}

function isBootstrap(service: unknown): service is Bootstrap {
  return typeof service === 'object' && service !== null && 'isEnough' in service && 'settled' in service
}
