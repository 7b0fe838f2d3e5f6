import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { onTestFinished } from 'vitest'
import { kadProtocol } from '@waystone/wire'
import type { Libp2p, PeerId } from '@libp2p/interface'

/** What a peer answers to one message of the DHT. */
export interface DhtAnswer {
  name: string
  record?: { value: Uint8Array }
  providers?: { id: PeerId }[]
  closer?: { id: PeerId }[]
}

/** Someone who sends whatever messages of the DHT it likes. */
export interface Villain {
  libp2p: Libp2p
  /** The last event: `PEER_RESPONSE`, or `QUERY_ERROR` if the stream was reset. */
  send(to: PeerId, message: Record<string, unknown>): Promise<DhtAnswer>
}

interface Sender {
  network: {
    sendRequest(to: PeerId, message: object, options: object): AsyncIterable<DhtAnswer>
    sendMessage(to: PeerId, message: object, options: object): AsyncIterable<DhtAnswer>
  }
}

const PATH = { index: 0, queued: 0, running: 0, total: 1 }

export async function startVillain(to: Libp2p): Promise<Villain> {
  const dht = kadDHT({ protocol: kadProtocol('test'), clientMode: false, peerInfoMapper: passthroughMapper })
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), dht }
  })
  onTestFinished(async () => libp2p.stop())
  await libp2p.dial(to.getMultiaddrs())
  // the part that talks to others is not in its types
  const { network } = libp2p.services.dht as unknown as Sender
  const send: Villain['send'] = async (peer, message) => {
    // nobody answers to this one
    const way = message['type'] === 'ADD_PROVIDER' ? 'sendMessage' : 'sendRequest'
    let last: DhtAnswer = { name: 'NONE' }
    for await (const event of network[way](peer, message, { path: PATH })) last = event
    return last
  }
  return { libp2p: libp2p as unknown as Libp2p, send }
}
