import { endDeniedSymbol } from '@waystone/interface'
import { Enforcement, TrustEnforcer } from '@waystone/trust-acl'
import { SERVICE_KEYS } from './service-keys.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Clock, EndsDeniedWork, NodeTrust } from '@waystone/interface'
import type { AddressRules, AuditSink, TrustEnforcerInit } from '@waystone/trust-acl'
import type { NodeComponents } from '../plugins/plugin.ts'
import type { InboundGater } from './inbound-gater.ts'

export interface EnforcementParts {
  trust: NodeTrust
  clock: Clock
  /** Rules by IP. */
  rules?: Pick<AddressRules, 'check'> | undefined
  audit?: AuditSink | undefined
  /** How many may connect, and how fast. */
  limits: InboundGater
}

type Services = () => Libp2p['services'] | undefined

/** What of a node does as trust says: the answers for libp2p's gater, and the service that ends what may not go on. */
export function createEnforcement({ trust, clock, rules, audit, limits }: EnforcementParts, services: Services) {
  const enforcement = new Enforcement({
    trust,
    audit,
    checkAddress: address => rules?.check(address),
    exceedsLimits: limits.denyInboundConnection
  })
  const workers = (): EndsDeniedWork[] => Object.values(services() ?? {}).filter(endsWork)
  const init: TrustEnforcerInit = { trust, enforcement, clock, audit, workers, reservations: () => given(services()) }
  return { enforcement, service: (components: NodeComponents) => new TrustEnforcer(components, init) }
}

function endsWork(service: unknown): service is EndsDeniedWork {
  return typeof service === 'object' && service !== null && endDeniedSymbol in service
}

type Given = ReturnType<NonNullable<TrustEnforcerInit['reservations']>>

/** The slots that the relay service gave, where it runs. */
function given(services: Libp2p['services'] = {}): Given {
  const relay = Object.hasOwn(services, SERVICE_KEYS.relayServer) ? services[SERVICE_KEYS.relayServer] : undefined
  return hasReservations(relay) ? relay.reservations : undefined
}

function hasReservations(relay: unknown): relay is { reservations: Given } {
  return typeof relay === 'object' && relay !== null && 'reservations' in relay
}
