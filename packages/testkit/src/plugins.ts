import { memoryRegistryServerPlugin, pluginHostPlugin, SERVICE_KEYS } from '@waystone/node'
import { plugins as edgePlugins } from '@waystone/edge-node'
import { plugins as relayPlugins } from '@waystone/relay-node'
import { plugins as seedPlugins } from '@waystone/seed-node'
import type { Plugins } from '@waystone/node'
import type { Role } from '@waystone/node/config'
import type { TestnetInit, TestPlugin } from './contract.ts'

/** What is kept lies in memory: there are no data folders. */
const inMemory: Plugins = { [SERVICE_KEYS.registryServer]: memoryRegistryServerPlugin }
const rolePlugins: Record<Role, Plugins> = {
  seed: { ...seedPlugins, ...inMemory },
  relay: { ...relayPlugins, ...inMemory },
  edge: { ...edgePlugins, ...inMemory }
}
const DEFAULT_ROLES: readonly Role[] = ['edge']

/** What the nodes of a role can run. */
export function pluginsFor(role: Role, { plugins = {} }: TestnetInit): Plugins {
  if (!isList(plugins)) return { ...rolePlugins[role], ...plugins[role] }
  const given = plugins
    .map((one): TestPlugin => ('plugin' in one ? one : { plugin: one }))
    .filter(({ roles = DEFAULT_ROLES }) => roles.includes(role))
  return { ...rolePlugins[role], [SERVICE_KEYS.plugins]: pluginHostPlugin(given) }
}

function isList(plugins: NonNullable<TestnetInit['plugins']>): plugins is Extract<typeof plugins, readonly unknown[]> {
  return Array.isArray(plugins)
}
