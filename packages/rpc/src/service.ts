/**
 * The service alone, for a node that is to be ready soon: with `@waystone/rpc`
 * come Connect and protobuf, which this loads at the first call.
 */
import { RpcService } from './rpc.ts'
import type { Rpc, RpcComponents, RpcInit } from './contract.ts'

/** The service; see the example of `@waystone/rpc`. */
export function rpc(init: RpcInit = {}): (components: RpcComponents) => Rpc {
  return components => new RpcService(components, init)
}
