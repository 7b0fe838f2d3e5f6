import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { rpc } from '../src/index.ts'
import type { Libp2pOptions } from 'libp2p'
import type { Connection, Libp2p } from '@libp2p/interface'
import type { Rpc, RpcInit } from '../src/index.ts'

/** What a test started and has to end, in reverse order. */
const cleanups: Array<() => unknown> = []

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

export function endLater<N extends Libp2p>(node: N): N {
  cleanups.push(() => node.stop())
  return node
}

export type RpcNode = Libp2p<{ rpc: Rpc; identify: object }>

/** A libp2p node on loopback TCP with the service. */
export async function rpcNode(init: RpcInit = {}, options: Libp2pOptions = {}): Promise<RpcNode> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    // as in packages/node: more than ten streams may come with the end of the handshake
    streamMuxers: [yamux({ maxEarlyStreams: 1000 })],
    connectionManager: { inboundConnectionThreshold: 10_000 },
    ...options,
    services: { identify: identify(), rpc: rpc(init) }
  })
  cleanups.push(() => node.stop())
  return node as RpcNode
}

export interface Pair {
  caller: RpcNode
  server: RpcNode
  /** The caller's end. */
  connection: Connection
}

/** Two connected nodes. */
export async function pair(serverInit: RpcInit = {}, callerInit: RpcInit = {}): Promise<Pair> {
  const server = await rpcNode(serverInit)
  const caller = await rpcNode(callerInit)
  const connection = await caller.dial(server.getMultiaddrs())
  return { caller, server, connection }
}
