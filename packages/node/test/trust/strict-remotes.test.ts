import { createServer } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aName, fetched, from, insideNode } from './inside.ts'
import { plain } from './network.ts'
import type { AddressInfo } from 'node:net'
import type { Libp2p } from '@libp2p/interface'
import type { InsideNode } from './inside.ts'

const connected = (one: Libp2p, other: Libp2p): boolean => one.getConnections(other.peerId).length > 0

/** Has a node know a peer by a trust file that says where it is to be met. */
async function listed({ trust }: InsideNode, peer: string, remotes: string[]): Promise<string> {
  const pubkey = await aName()
  await trust.add({ label: `list of ${peer}`, pubkey, kind: 'file', trustlevel: 'trusted' })
  await trust.setFile(pubkey, fetched([{ peer, remotes }]))
  return pubkey
}

/** A port that counts who comes. */
async function listeningPort(): Promise<{ port: number; visits: () => number }> {
  let visits = 0
  const server = createServer(socket => {
    visits++
    socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, visits: () => visits }
}

describe('a node that a trust file has at its own addresses only', () => {
  it('does not come in from another IP, and does from its own', async () => {
    const node = await insideNode('seed')
    const key = await generateKeyPair('Ed25519')
    const id = peerIdFromPrivateKey(key).toString()
    await listed(node, id, ['/ip4/127.0.0.2/tcp/4001'])
    const elsewhere = await from('127.0.0.3', key)
    await elsewhere.dial(node.libp2p.getMultiaddrs()).catch(() => {})
    await until(() => node.denied().length > 0)
    expect(node.denied()[0]).toBe(`connect ${id}: connect is denied: "list of ${id}" names other addresses (strict)`)
    expect(connected(node.libp2p, elsewhere)).toBe(false)
    await elsewhere.stop()
    const home = await from('127.0.0.2', key)
    await home.dial(node.libp2p.getMultiaddrs())
    await until(() => connected(node.libp2p, home))
    expect(node.libp2p.getConnections()[0]?.remoteAddr.toString()).toMatch(/^\/ip4\/127\.0\.0\.2\//)
    // nobody is strict about others
    const stranger = await from('127.0.0.3')
    await stranger.dial(node.libp2p.getMultiaddrs())
    await until(() => connected(node.libp2p, stranger))
  })

  it('is cut off where it is not to be met when the file comes', async () => {
    const node = await insideNode('seed')
    const [bad, good] = [await from('127.0.0.3'), await from('127.0.0.3')]
    for (const peer of [bad, good]) await peer.dial(node.libp2p.getMultiaddrs())
    await listed(node, bad.peerId.toString(), ['/ip4/127.0.0.2/tcp/4001'])
    await until(() => !connected(node.libp2p, bad))
    expect(connected(node.libp2p, good)).toBe(true)
    expect(node.closed()).toEqual([expect.stringMatching(/^connect .*the connection ended: .*\(strict\)$/)])
  })

  it('is dialled nowhere else, whatever the peer store and those who ask say', async () => {
    const node = await insideNode('edge')
    const peer = await plain()
    const id = peer.peerId.toString()
    const trap = await listeningPort()
    const others = Array.from({ length: 100 }, (_, nth) => multiaddr(`/ip4/127.0.1.${nth}/tcp/${trap.port}`))
    others.push(multiaddr(`/ip4/127.0.0.1/tcp/${trap.port}`), multiaddr(`/dns4/localhost/tcp/${trap.port}`))
    // known before the file comes
    await node.libp2p.peerStore.merge(peer.peerId, { multiaddrs: others })
    const [own] = peer.getMultiaddrs()
    if (own === undefined) throw new Error('the peer does not listen')
    await listed(node, id, [own.toString().replace(/\/p2p\/.*/, '')])
    await expect(node.libp2p.dial(peer.peerId)).rejects.toMatchObject({ name: 'DialDeniedError' })
    await node.libp2p.peerStore.merge(peer.peerId, { multiaddrs: others })
    for (const other of others.slice(-2)) {
      const dialled = node.libp2p.dial(other.encapsulate(`/p2p/${id}`))
      await expect(dialled).rejects.toMatchObject({ name: 'DialDeniedError' })
    }
    await node.libp2p.peerStore.merge(peer.peerId, { multiaddrs: [own] })
    await node.libp2p.dial(peer.peerId)
    expect(node.libp2p.getConnections(peer.peerId)[0]?.remoteAddr.toString()).toBe(own.toString())
    expect(trap.visits()).toBe(0)
  })

  it('does not come in through a relay that its file does not name', async () => {
    const relay = await insideNode('relay')
    const address = String(relay.libp2p.getMultiaddrs()[0])
    const circuit = {
      tcp: true,
      ws: false,
      quic: false,
      webrtcDirect: false,
      webrtc: false,
      circuit: true,
      memory: false
    }
    const node = await insideNode('edge', { transports: circuit, relays: [address] })
    const through = `${address}/p2p-circuit/p2p/${node.libp2p.peerId.toString()}`
    await until(() => node.libp2p.getMultiaddrs().some(own => own.toString().includes('/p2p-circuit')))
    const [strict, stranger] = [await plain(), await plain()]
    await listed(node, strict.peerId.toString(), ['/ip4/127.0.0.2/tcp/4001'])
    // the side that dials may be done with the handshake before it is refused
    await strict.dial(multiaddr(through)).catch(() => {})
    const denials = (): string[] => node.denied().filter(line => line.includes(strict.peerId.toString()))
    await until(() => denials().length > 0)
    expect(denials()).toEqual([expect.stringContaining('(strict)')])
    await until(() => !connected(strict, node.libp2p))
    expect(connected(node.libp2p, strict)).toBe(false)
    await stranger.dial(multiaddr(through))
    await until(() => connected(node.libp2p, stranger))
  })
})
