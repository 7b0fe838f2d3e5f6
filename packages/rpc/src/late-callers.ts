import { lateClient } from './late-client.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, Transport } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { CallerStreams } from './caller-streams.ts'
import type { ClientOptions, RpcComponents, RpcTarget } from './contract.ts'
import type { JsonCall } from './json-call.ts'

type Calling = typeof import('./calling.ts')

/** Calls of our own: what they need, and Connect with it, is loaded at the first one. */
export class LateCallers {
  readonly #components: RpcComponents
  readonly #clock: Clock
  #streams: CallerStreams | undefined
  #open = false

  constructor(components: RpcComponents, clock: Clock) {
    this.#components = components
    this.#clock = clock
  }

  /** From now on streams are kept for the next call. */
  open(): void {
    this.#open = true
    this.#streams?.pool.open()
  }

  async close(): Promise<void> {
    this.#open = false
    await this.#streams?.pool.close()
  }

  client<S extends DescService>(service: S, target: RpcTarget, options: ClientOptions): Client<S> {
    return lateClient(service, async () => {
      const { calling, streams } = await this.#load()
      return calling.createPeerClient(service, calling.createPeerTransport(streams, target, options))
    })
  }

  transport(target: RpcTarget, options: ClientOptions): Transport {
    const load = async (): Promise<Transport> => {
      const { calling, streams } = await this.#load()
      return calling.createPeerTransport(streams, target, options)
    }
    return {
      unary: async (...call) => await (await load()).unary(...call),
      stream: async (...call) => await (await load()).stream(...call)
    }
  }

  async *callJson(target: RpcTarget, call: Omit<JsonCall, 'httpClient' | 'clock'>): AsyncGenerator<string> {
    const { calling, streams } = await this.#load()
    yield* calling.callJson({ ...call, clock: this.#clock, httpClient: calling.httpClient(streams, target) })
  }

  async #load(): Promise<{ calling: Calling; streams: CallerStreams }> {
    const calling = await import('./calling.ts')
    if (this.#streams === undefined) {
      this.#streams = new calling.CallerStreams(this.#components, this.#clock)
      if (this.#open) this.#streams.pool.open()
    }
    return { calling, streams: this.#streams }
  }
}
