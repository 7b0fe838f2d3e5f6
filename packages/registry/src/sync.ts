/**
 * Keeps the registries of seeds equal: GossipSub for what changes, and now and
 * then a comparison for what got lost. What it stands on is loaded when the
 * node has started.
 *
 * @example
 * const services = {
 *   pubsub: registryGossip({ network: 'main', trust }),
 *   registrySync: components => registrySync({ store, verify, trust, gossip: components.pubsub })(components)
 * }
 *
 * @packageDocumentation
 */
import { RegistryGossipService } from './sync/gossip/gossip-service.ts'
import { RegistrySyncNode } from './sync/registry-sync.ts'
import type { RegistrySync, RegistrySyncComponents, RegistrySyncInit } from './sync/contract.ts'
import type { RegistryGossip, RegistryGossipComponents, RegistryGossipInit } from './sync/gossip/contract.ts'

export type { RegistrySync, RegistrySyncComponents, RegistrySyncInit, SyncPartnerStatus } from './sync/contract.ts'
export type { RegistryGossip, RegistryGossipInit } from './sync/gossip/contract.ts'

/** The service that carries changes between registries; see the example above. */
export function registryGossip(init: RegistryGossipInit): (components: RegistryGossipComponents) => RegistryGossip {
  return components => new RegistryGossipService(components, init)
}

/** The service that keeps a registry equal with others; see the example above. */
export function registrySync(init: RegistrySyncInit): (components: RegistrySyncComponents) => RegistrySync {
  return components => new RegistrySyncNode(components, init)
}
