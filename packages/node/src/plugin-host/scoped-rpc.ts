import { PluginServiceTakenError } from './errors.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { PluginRpc } from '@waystone/plugin'
import type { ScopeInit } from './scope-init.ts'

/** RPC in the name of one plugin. */
export function scopedRpc(init: ScopeInit): PluginRpc {
  const { components, withdrawals } = init
  const { rpc } = components
  return Object.freeze<PluginRpc>({
    client: (service, target, options) => rpc.client(service, target, options),
    transport: (target, options) => rpc.transport(target, options),
    cursors: rpc.cursors,
    async serve(service, implementation, options) {
      withdrawals.assertOpen()
      const release = take(service, init)
      try {
        const withdraw = await rpc.serve(service, implementation, options)
        return await withdrawals.add(async () => {
          await withdraw()
          release()
        })
      } catch (error) {
        release()
        throw error
      }
    }
  })
}

function take({ typeName }: DescService, { name, claims, components }: ScopeInit): () => void {
  const owner = claims.services.ownerOf(typeName)
  if (owner !== undefined) throw taken(name, typeName, `the plugin ${owner}`)
  if (components.rpc.services().includes(typeName)) throw taken(name, typeName, 'the node itself')
  return claims.services.take(typeName, name)
}

function taken(name: string, service: string, owner: string): PluginServiceTakenError {
  return new PluginServiceTakenError(`the plugin ${name} wants to serve ${service}, which ${owner} serves`, {
    hint: 'remove one of the two, or ask its author for another package name in its .proto file'
  })
}
