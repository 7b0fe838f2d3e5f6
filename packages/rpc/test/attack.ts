import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { ManualClock, until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { conformance } from './conformance-service.ts'
import { ConformanceService, UnaryRequestSchema, UnaryResponseSchema } from './gen/conformance/v1/conformance_pb.ts'
import { pair } from './nodes.ts'
import { PROTO, RawStream } from './raw-stream.ts'
import type { Interceptor, ServiceImpl } from '@connectrpc/connect'
import type { RpcInit } from '../src/index.ts'
import type { Pair } from './nodes.ts'

export const SECOND = 1_000

export const hello = toBinary(UnaryRequestSchema, create(UnaryRequestSchema, { text: 'hello' }))

/** A server whose time stands still, and a stream to it that keeps to nothing. */
export class Attack {
  readonly clock: ManualClock
  readonly raw: RawStream
  readonly nodes: Pair
  #started = 0

  static async begin(
    init: RpcInit = {},
    handlers: Partial<ServiceImpl<typeof ConformanceService>> = {},
    maxMessages = 1e6
  ): Promise<Attack> {
    let attack: Attack | undefined
    const clock = new ManualClock()
    const count: Interceptor = next => async request => {
      if (attack !== undefined) attack.#started++
      return await next(request)
    }
    const nodes = await pair({ clock, interceptors: [count], ...init })
    await nodes.server.services.rpc.serve(ConformanceService, { ...conformance, ...handlers }, { maxMessages })
    attack = new Attack(nodes, await RawStream.open(nodes.connection), clock)
    return attack
  }

  private constructor(nodes: Pair, raw: RawStream, clock: ManualClock) {
    this.nodes = nodes
    this.raw = raw
    this.clock = clock
  }

  /** Calls that have come to a handler. */
  get started(): number {
    return this.#started
  }

  /** Moves time as soon as the server waits for something. */
  async pass(ms: number): Promise<void> {
    await until(() => this.clock.pending > 0)
    await this.clock.advance(ms)
  }

  /** Whether the stream still carries calls. */
  async isUsable(): Promise<boolean> {
    const { status, body } = await this.raw.call('Unary', PROTO, hello)
    return status === 200 && fromBinary(UnaryResponseSchema, body).text === 'hello'
  }

  /** Waits until the stream is reset; whether the server has nothing left of it. */
  async isReset(): Promise<boolean> {
    await until(() => this.raw.stream.status === 'reset')
    await until(() => servedStreams(this.nodes) === 0)
    return this.clock.pending === 0
  }
}

/** Streams for calls that the server has open. */
export function servedStreams({ server }: Pick<Pair, 'server'>): number {
  const streams = server.getConnections().flatMap(connection => connection.streams)
  return streams.filter(({ protocol }) => protocol === RPC_PROTOCOL).length
}
