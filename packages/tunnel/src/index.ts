/**
 * Carries TCP services over libp2p streams: one side exposes a service under a
 * name, the other listens on a local address and forwards to it.
 *
 * @example
 * const node = await createLibp2p({ services: { rpc: rpc(), tunnel: tunnel({ trust }) } })
 * node.services.tunnel.expose({ name: 'web', target: '127.0.0.1:80', allow: [friend] })
 *
 * const forward = await other.services.tunnel.forward({ local: '8080', peer: String(node.peerId), name: 'web' })
 * console.log(forward.listening) // 127.0.0.1:8080
 *
 * @packageDocumentation
 */
import { TunnelsService } from './tunnel.ts'
import type { TunnelComponents, TunnelInit, Tunnels } from './contract.ts'

export { TUNNEL_PROTOCOL } from '@waystone/wire'
export * from './errors.ts'
export type {
  ExposeOptions,
  Exposure,
  Forward,
  ForwardOptions,
  TunnelCloseEvent,
  TunnelComponents,
  TunnelEvent,
  TunnelInit,
  TunnelOpenEvent,
  TunnelRefusedEvent,
  Tunnels,
  TunnelStatus
} from './contract.ts'

/** The service; see the example above. */
export function tunnel(init: TunnelInit): (components: TunnelComponents) => Tunnels {
  return components => new TunnelsService(components, init)
}
