/**
 * A Waystone network in one process, for tests.
 *
 * @example
 * ```ts
 * import { createTestnet } from '@waystone/testkit'
 *
 * await using testnet = await createTestnet({ seeds: 1, relays: 1, edges: 2, hiddenEdges: 1 })
 * const [edge, hidden] = testnet.edges
 * const found = await edge.libp2p.peerRouting.findPeer(hidden.libp2p.peerId)
 * console.log(found.multiaddrs) // leads through the relay
 * ```
 *
 * @packageDocumentation
 */
export { createTestnet } from './create-testnet.ts'
export { rpcOf } from './rpc-of.ts'
export type { Testnet, TestnetInit, TestnetTransport, TestPlugin } from './contract.ts'
export * from './errors.ts'
