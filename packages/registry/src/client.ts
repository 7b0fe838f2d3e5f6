/**
 * The registry as every node and browser uses it: says what this node is, and
 * asks what others are. What it stands on is loaded at the first use.
 *
 * @example
 * const node = await createLibp2p({
 *   services: { identify: identify(), rpc: rpc(), registry: registry() }
 * })
 * const entry = node.services.registry.enroll('rendezvous', payload, { key: 'chess' })
 * const { records, disagreements } = await node.services.registry.query('rendezvous')
 *
 * @packageDocumentation
 */
import { RegistryNode } from './client/registry-node.ts'
import type { Registry } from './contract.ts'
import type { RegistryComponents, RegistryInit } from './client/contract.ts'

export type { RegistryComponents, RegistryInit } from './client/contract.ts'
export type { OwnEntry, RecordName, Registry, RegistryAnswer, RegistryChange, RegistryKinds } from './contract.ts'
export * from './client/errors.ts'

/** The service; see the example above. */
export function registry(init: RegistryInit = {}): (components: RegistryComponents) => Registry {
  return components => new RegistryNode(components, init)
}
