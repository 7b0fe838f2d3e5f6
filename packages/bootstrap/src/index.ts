/**
 * Starts nodes without their seeds: remembers peers that were good, and lets
 * seeds hand out some of those that they know, which this checks and mixes.
 *
 * @example
 * ```ts
 * import { bootstrap } from '@waystone/bootstrap'
 * import { rpc } from '@waystone/rpc'
 * import { createLibp2p } from 'libp2p'
 *
 * const node = await createLibp2p({
 *   services: { rpc: rpc({ trust }), bootstrap: bootstrap({ trust }) }
 * })
 * console.log(node.services.bootstrap.goodPeers())
 * await node.stop()
 * ```
 *
 * @packageDocumentation
 */
import { BootstrapService } from './bootstrap-service.ts'
import type { Bootstrap, BootstrapComponents, BootstrapInit } from './contract.ts'

export type {
  Bootstrap,
  BootstrapComponents,
  BootstrapEvents,
  BootstrapInit,
  BootstrapTrust,
  GoodPeer
} from './contract.ts'

export function bootstrap(init: BootstrapInit): (components: BootstrapComponents) => Bootstrap {
  return components => new BootstrapService(components, init)
}
