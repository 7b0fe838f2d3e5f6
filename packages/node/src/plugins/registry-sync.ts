import { seedClusterOf } from '../libp2p/seed-cluster-of.ts'
import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { openRegistry } from '../registry/own-registry.ts'
import { syncTrust } from '../registry/sync-trust.ts'
import { otherService } from './other-service.ts'
import type { RegistryGossip } from '@waystone/registry/sync'
import type { NodeComponents, Plugin } from './plugin.ts'

/** GossipSub between registries, on nodes that keep one. */
export const pubsubPlugin: Plugin = {
  async create({ config, trust }) {
    if (!config.registry.serve) return undefined
    const { registryGossip } = await import('@waystone/registry/sync')
    return registryGossip({ network: config.network, trust })
  }
}

/** Keeps the registry of this node equal with those of other seeds. */
export const registrySyncPlugin: Plugin = {
  async create({ config, trust: given, membership, clock, random }) {
    if (!config.registry.serve) return undefined
    const { registrySync } = await import('@waystone/registry/sync')
    return (components: NodeComponents) => {
      const store = async () => (await openRegistry(components)).store
      const verify = async () => (await openRegistry(components)).verify
      const pubsub = otherService(components, SERVICE_KEYS.pubsub)
      const gossip = isGossip(pubsub) ? pubsub : undefined
      const isRevoked = (): boolean => seedClusterOf(components)?.state() === 'revoked'
      const trust = syncTrust(given, { membership, isRevoked })
      return registrySync({ store, verify, trust, gossip, clock, random })(components)
    }
  }
}

function isGossip(service: unknown): service is RegistryGossip {
  return typeof service === 'object' && service !== null && 'publish' in service && 'mend' in service
}
