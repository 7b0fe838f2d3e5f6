import { openRegistry, registryOf } from '../registry/own-registry.ts'
import type { NodeComponents, Plugin } from './plugin.ts'

/** Registers what this node is, and asks what others are: in every role. */
export const registryPlugin: Plugin = {
  async create({ config, trust, clock, random }) {
    const { registry } = await import('@waystone/registry/client')
    return (components: NodeComponents) => {
      const local = config.registry.serve ? async () => await openRegistry(components) : undefined
      return registry({ trust, local, clock, random })(components)
    }
  }
}

/** Brings what the config says of this node to the registry. */
export const registrationsPlugin: Plugin = {
  async create({ config, clock }) {
    const { registry, relayService } = config
    const advertises = registry.advertiseRelay && relayService.enabled
    if (!advertises && registry.capabilities.length === 0 && registry.rendezvous.length === 0) return undefined
    const { ConfiguredRecords } = await import('../registry/configured-records.ts')
    return (components: NodeComponents) => new ConfiguredRecords(components, { config, clock })
  }
}

/** Lets the operator ask and watch the registry. */
export const registryAdminPlugin: Plugin = {
  async create({ config }) {
    const { RegistryAdminService } = await import('@waystone/registry/admin')
    return (components: NodeComponents) => {
      const state = config.registry.serve ? async () => (await openRegistry(components)).store.state() : undefined
      return new RegistryAdminService(components, () => ({ registry: registryOf(components), state }))
    }
  }
}
