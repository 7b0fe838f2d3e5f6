/**
 * Runs in a browser: `call(address)` makes every call of the table by the same
 * generated client that Node has.
 *
 * @packageDocumentation
 */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { rpc } from '@waystone/rpc'
import { createLibp2p } from 'libp2p'
import { cases } from '../../packages/rpc/test/ways/cases.ts'
import { clientWay } from '../../packages/rpc/test/ways/client-way.ts'
import type { Outcome } from '../../packages/rpc/test/ways/way.ts'

/** What came of each call of the table, in order. */
export async function call(address: string): Promise<Outcome[]> {
  const node = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // in browsers libp2p dials neither loopback nor plain WebSockets by itself
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), rpc: rpc() }
  })
  const { remotePeer } = await node.dial(multiaddr(address))
  const way = clientWay(node.services.rpc.transport(remotePeer))
  const outcomes: Outcome[] = []
  for (const one of cases) outcomes.push(await way(one))
  await node.stop()
  return outcomes
}
