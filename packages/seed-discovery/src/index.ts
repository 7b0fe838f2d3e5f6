/**
 * Finds and keeps seeds: those of the config and of the trust database stay
 * connected for as long as they may, whatever happens to them.
 *
 * @example
 * ```ts
 * import { seedDiscovery } from '@waystone/seed-discovery'
 * import { createLibp2p } from 'libp2p'
 *
 * const node = await createLibp2p({
 *   services: {
 *     seedDiscovery: seedDiscovery({
 *       seeds: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp']
 *     })
 *   }
 * })
 * console.log(node.services.seedDiscovery.seeds())
 * await node.stop()
 * ```
 *
 * @packageDocumentation
 */
import { SeedDiscoveryService } from './seed-discovery.ts'
import type { SeedDiscovery, SeedDiscoveryComponents, SeedDiscoveryInit } from './contract.ts'

export { DROPPED_SEED_TAG } from './constants.ts'
export type {
  AddressAnswer,
  CachedPeer,
  DialledSeed,
  DialVerdict,
  KnownSeed,
  PeerFeed,
  SeedCheck,
  SeedResolver,
  SourceInit,
  SourceKind,
  SourceStatus,
  SrvAnswer
} from './contract-sources.ts'
export type {
  GoodPeers,
  SeedDiscovery,
  SeedDiscoveryComponents,
  SeedDiscoveryEvents,
  SeedDiscoveryInit,
  SeedStatus
} from './contract.ts'

/**
 * @throws InvalidPeerAddressError when a seed is not a direct address that ends in /p2p/PEER-ID
 */
export function seedDiscovery(init: SeedDiscoveryInit): (components: SeedDiscoveryComponents) => SeedDiscovery {
  return components => new SeedDiscoveryService(components, init)
}
