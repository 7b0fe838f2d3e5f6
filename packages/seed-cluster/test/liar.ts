import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { ping } from '@libp2p/ping'
import { rpc } from '@waystone/rpc'
import { SeedService } from '@waystone/wire/seed'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { clusterId } from './listed-membership.ts'
import { keyOf, NOW } from './network.ts'
import type { Client } from '@connectrpc/connect'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { HelloResponseSchema, SeedState, SeedStateSchema } from '@waystone/wire/seed'
import type { Libp2p } from 'libp2p'
import type { Member } from './network.ts'

export type SaidState = Exclude<MessageInitShape<typeof SeedStateSchema>, SeedState>

/** What a well-behaved member would say. */
export const STATE: SaidState = {
  instance: { id: new Uint8Array(16).fill(7), startedAt: BigInt(NOW), saidAt: BigInt(NOW) },
  version: '1.0.0',
  cluster: clusterId(),
  fileSequence: 1n,
  now: BigInt(NOW)
}

export interface LiarInit {
  /** Its identity follows from it. */
  seed: number
  /** What it answers to a Hello. */
  hello?: () => MessageInitShape<typeof HelloResponseSchema>
  /** What it answers when it is asked for members. */
  peerRecords?: () => Uint8Array[]
}

export interface Liar {
  node: Libp2p<{ rpc: Rpc }>
  key: Ed25519PrivateKey
  /** Calls a member. */
  to(member: Member): Client<typeof SeedService>
}

/** A node that speaks the protocol, and says what a test wants. It stops when the test ends. */
export async function startLiar({
  seed,
  hello = () => ({ state: STATE }),
  peerRecords = () => []
}: LiarInit): Promise<Liar> {
  const key = await keyOf(seed)
  const node = await createLibp2p({
    privateKey: key,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxEarlyStreams: 2_000 })],
    services: { identify: identify(), ping: ping(), rpc: rpc() }
  })
  onTestFinished(async () => node.stop())
  await node.services.rpc.serve(SeedService, { hello, listMembers: () => ({ peerRecords: peerRecords() }) })
  return { node, key, to: member => node.services.rpc.client(SeedService, member.node.getMultiaddrs()) }
}
