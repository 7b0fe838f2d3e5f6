import { lateClient } from './late-client.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, Transport } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { Calling } from './calling.ts'
import type { ClientOptions, RpcComponents, RpcTarget } from './contract.ts'
import type { JsonCall } from './json-call.ts'

/** Calls of our own: what they need, and Connect with it, is loaded at the first one. */
export class LateCallers {
  readonly #components: RpcComponents
  readonly #clock: Clock
  #calling: Calling | undefined
  #open = false

  constructor(components: RpcComponents, clock: Clock) {
    this.#components = components
    this.#clock = clock
  }

  /** From now on streams are kept for the next call. */
  open(): void {
    this.#open = true
    this.#calling?.open()
  }

  async close(): Promise<void> {
    this.#open = false
    await this.#calling?.close()
  }

  client<S extends DescService>(service: S, target: RpcTarget, options: ClientOptions): Client<S> {
    return lateClient(service, async () => (await this.#load()).client(service, target, options))
  }

  transport(target: RpcTarget, options: ClientOptions): Transport {
    const load = async (): Promise<Transport> => (await this.#load()).transport(target, options)
    return {
      unary: async (...call) => await (await load()).unary(...call),
      stream: async (...call) => await (await load()).stream(...call)
    }
  }

  async *callJson(target: RpcTarget, call: Omit<JsonCall, 'httpClient' | 'clock'>): AsyncGenerator<string> {
    const calling = await this.#load()
    yield* calling.callJson(target, call)
  }

  async #load(): Promise<Calling> {
    const { Calling } = await import('./calling.ts')
    if (this.#calling === undefined) {
      this.#calling = new Calling(this.#components, this.#clock)
      if (this.#open) this.#calling.open()
    }
    return this.#calling
  }
}
