import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock, until } from '@waystone/kit/testing'
import { closableQuic, QUIC_CLOSE_MS } from '../src/libp2p/closable-quic.ts'
import type { Libp2p } from 'libp2p'

async function startQuic(clock: ManualClock): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] },
    transports: [closableQuic(clock)],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  onTestFinished(async () => {
    const stopped = node.stop()
    await clock.advance(QUIC_CLOSE_MS)
    await stopped
  })
  return node
}

const portOf = (node: Libp2p): number => Number(node.getMultiaddrs()[0]?.getComponents()[1]?.value)

/** A port whose packets reach the target, and from where nothing comes back. */
async function oneWayTo(target: number): Promise<{ port: number; swallowed: () => number }> {
  const [front, back] = [createSocket('udp4'), createSocket('udp4')]
  let swallowed = 0
  front.on('message', packet => back.send(packet, target, '127.0.0.1'))
  back.on('message', () => swallowed++)
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  onTestFinished(() => {
    front.close()
    back.close()
  })
  return { port: front.address().port, swallowed: () => swallowed }
}

it('closes while a peer is in the middle of a handshake of which nothing more comes', async () => {
  const clock = new ManualClock()
  const [server, peer] = [await startQuic(clock), await startQuic(clock)]
  const { port, swallowed } = await oneWayTo(portOf(server))
  const ending = new AbortController()
  const dial = peer.dial(multiaddr(`/ip4/127.0.0.1/udp/${port}/quic-v1`), { signal: ending.signal })
  dial.catch(() => undefined)
  // the server has answered, and waits
  await until(() => swallowed() > 0)
  let isClosed = false
  const closed = Promise.resolve(server.stop()).then(() => (isClosed = true))
  await until(() => clock.pending > 0 || isClosed)
  await clock.advance(QUIC_CLOSE_MS)
  await until(() => isClosed, { what: 'the listener is closed', ms: 2_000 })
  expect(await closed).toBe(true)
  ending.abort()
})

it('closes at once when nobody is', async () => {
  const clock = new ManualClock()
  const server = await startQuic(clock)
  await server.stop()
  expect(clock.pending).toBe(0)
})
