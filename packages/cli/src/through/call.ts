import { AdminService } from '@waystone/wire/admin'
import type { NodeApi } from '../api/index.ts'

export interface CallThroughInit {
  peer: string
  /** `hello.v1.HelloService/SayHello`. */
  procedure: string
  /** In JSON. */
  messages: string[]
  /** 0 for the default of the kind of method. */
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Has a running node call a method of a peer.
 *
 * @throws ConnectError
 */
export async function* callThrough(api: NodeApi, { signal, ...request }: CallThroughInit): AsyncGenerator<string> {
  for await (const { message } of api.client(AdminService).callPeer(request, { signal })) yield message
}
