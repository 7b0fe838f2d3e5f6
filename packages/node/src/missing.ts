import { readinessSymbol } from '@waystone/interface'
import type { Libp2p } from '@libp2p/interface'
import type { ReadinessCheck } from '@waystone/interface'

/** What the services say is missing until the node is ready. */
export function missingFromServices(libp2p: Libp2p): string[] {
  return Object.values(libp2p.services)
    .filter(hasReadiness)
    .flatMap(service => service[readinessSymbol]())
}

function hasReadiness(service: unknown): service is ReadinessCheck {
  return typeof service === 'object' && service !== null && readinessSymbol in service
}
