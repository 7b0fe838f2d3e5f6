import { toError } from '@waystone/kit/error-fields'
import { PluginProtocolTakenError } from './errors.ts'
import type { Connection, PeerId, Stream, Topology } from '@libp2p/interface'
import type { PluginProtocols, PluginStreamHandler, PluginStreamOptions } from '@waystone/plugin'
import type { ScopeInit } from './scope-init.ts'

/** Raw-stream protocols in the name of one plugin. */
export class ScopedProtocols implements PluginProtocols {
  readonly #init: ScopeInit
  /** Those that peers opened and that are still open. */
  readonly #streams = new Set<Stream>()

  constructor(init: ScopeInit) {
    this.#init = init
  }

  async handle(
    protocol: string,
    handler: PluginStreamHandler,
    options: PluginStreamOptions = {}
  ): Promise<() => Promise<void>> {
    const { components, withdrawals } = this.#init
    withdrawals.assertOpen()
    const release = this.#take(protocol)
    try {
      await components.registrar.handle(protocol, this.#contain(protocol, handler), pick(options))
    } catch (error) {
      release()
      throw error
    }
    return await withdrawals.add(async () => {
      await components.registrar.unhandle(protocol)
      release()
    })
  }

  async watch(protocol: string, topology: Topology): Promise<() => Promise<void>> {
    const { components, withdrawals, faults } = this.#init
    withdrawals.assertOpen()
    const id = await components.registrar.register(protocol, {
      ...topology,
      onConnect: faults.contain('onConnect', (peer: PeerId, connection: Connection) =>
        topology.onConnect?.(peer, connection)
      ),
      onDisconnect: faults.contain('onDisconnect', (peer: PeerId) => topology.onDisconnect?.(peer))
    })
    return await withdrawals.add(() => components.registrar.unregister(id))
  }

  /** Ends the streams that are still open. */
  abortStreams(reason: Error): void {
    for (const stream of this.#streams) stream.abort(reason)
    this.#streams.clear()
  }

  #take(protocol: string): () => void {
    const { name, claims, components } = this.#init
    const owner = claims.protocols.ownerOf(protocol)
    if (owner !== undefined) throw taken(name, protocol, `the plugin ${owner}`)
    if (components.registrar.getProtocols().includes(protocol)) throw taken(name, protocol, 'the node itself')
    return claims.protocols.take(protocol, name)
  }

  #contain(protocol: string, handler: PluginStreamHandler): PluginStreamHandler {
    return async (stream: Stream, connection: Connection) => {
      this.#streams.add(stream)
      stream.addEventListener('close', () => this.#streams.delete(stream), { once: true })
      try {
        await handler(stream, connection)
      } catch (error) {
        this.#init.faults.report(`the handler of ${protocol}`, error)
        stream.abort(toError(error))
      }
    }
  }
}

// and not `force`, which would take the protocol from whoever has it
function pick({ maxInboundStreams, maxOutboundStreams, runOnLimitedConnection }: PluginStreamOptions): object {
  return {
    ...(maxInboundStreams !== undefined && { maxInboundStreams }),
    ...(maxOutboundStreams !== undefined && { maxOutboundStreams }),
    ...(runOnLimitedConnection !== undefined && { runOnLimitedConnection })
  }
}

function taken(name: string, protocol: string, owner: string): PluginProtocolTakenError {
  return new PluginProtocolTakenError(`the plugin ${name} wants to handle ${protocol}, which ${owner} handles`, {
    hint: 'remove one of the two, or ask its author for another protocol id'
  })
}
