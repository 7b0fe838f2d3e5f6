import { CallerStreams } from './caller-streams.ts'
import { callJson } from './json-call.ts'
import { createPeerClient } from './peer-client.ts'
import { createPeerTransport, httpClient } from './transport.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, Transport } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { ClientOptions, RpcComponents, RpcTarget } from './contract.ts'
import type { JsonCall } from './json-call.ts'

/** Calls of our own, with Connect; loaded by `LateCallers` at the first one. */
export class Calling {
  readonly #streams: CallerStreams
  readonly #clock: Clock

  constructor(components: RpcComponents, clock: Clock) {
    this.#streams = new CallerStreams(components, clock)
    this.#clock = clock
  }

  /** From now on streams are kept for the next call. */
  open(): void {
    this.#streams.pool.open()
  }

  async close(): Promise<void> {
    await this.#streams.pool.close()
  }

  client<S extends DescService>(service: S, target: RpcTarget, options: ClientOptions): Client<S> {
    return createPeerClient(service, this.transport(target, options))
  }

  transport(target: RpcTarget, options: ClientOptions): Transport {
    return createPeerTransport(this.#streams, target, options)
  }

  callJson(target: RpcTarget, call: Omit<JsonCall, 'httpClient' | 'clock'>): AsyncGenerator<string> {
    return callJson({ ...call, clock: this.#clock, httpClient: httpClient(this.#streams, target) })
  }
}
