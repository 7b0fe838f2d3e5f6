import { SERVICE_KEYS } from '@waystone/node'
import type { WaystoneNode } from '@waystone/node'
import type { Rpc } from '@waystone/rpc'

/** RPC of a node, to call the services of the others. */
export function rpcOf({ libp2p }: WaystoneNode): Rpc {
  const rpc: unknown = libp2p.services[SERVICE_KEYS.rpc]
  if (!isRpc(rpc)) throw new TypeError('the node runs no RPC')
  return rpc
}

function isRpc(service: unknown): service is Rpc {
  return typeof service === 'object' && service !== null && 'adminRoutes' in service
}
