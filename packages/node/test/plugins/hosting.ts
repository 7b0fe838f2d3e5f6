import { ProbeService } from '@waystone/wire/probe'
import { definePlugin } from '@waystone/plugin'
import { z } from 'zod'
import { pluginHostPlugin } from '../../src/index.ts'
import { allPlugins, startLocalNode } from '../local-node.ts'
import type { DefinedPlugin, PluginDefinition, PluginScope } from '@waystone/plugin'
import type { GivenPlugin, PluginHost, WaystoneNode } from '../../src/index.ts'

export const PROTOCOL = '/hello/echo/1.0.0'
/** A service that the node itself does not serve. */
export const HelloService = { ...ProbeService, typeName: 'hello.v1.HelloService' }
export const config = z.object({})
export type Create = PluginDefinition<object>['create']

export function plugin(name: string, create: Create): DefinedPlugin {
  return definePlugin({ name, config, create })
}

export function start(...given: GivenPlugin[]): ReturnType<typeof startLocalNode> {
  return startLocalNode('edge', {}, { plugins: { ...allPlugins, plugins: pluginHostPlugin(given) } })
}

export function statusOf(node: WaystoneNode): Array<[string, string, string | undefined]> {
  const host = node.libp2p.services['plugins'] as PluginHost
  return host.status().map(({ name, state, failure }) => [name, state, failure])
}

/** The scope of a plugin that runs. */
export async function startWithScope(): Promise<{ node: WaystoneNode; scope: PluginScope } & AsyncDisposable> {
  let scope: PluginScope | undefined
  const running = await start({ plugin: plugin('hello', given => void (scope = given)) })
  if (scope === undefined) throw new Error('it was not created')
  return { node: running.node, scope, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}
