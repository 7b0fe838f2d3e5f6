import { Code } from '@connectrpc/connect'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '@waystone/kit/testing'
import { BootstrapService } from '@waystone/wire/bootstrap'
import { CALLS_PER_PEER } from '../src/constants.ts'
import { openPeerRecord } from '../src/peer-record.ts'
import { connect, isConnected, startPeer } from './peers.ts'
import type { AddressInfo } from 'node:net'
import type { TestPeer } from './peers.ts'

/** What a peer is told by a seed. */
async function told({ node }: TestPeer, seed: TestPeer): Promise<string[]> {
  const { peers } = await node.services.rpc.client(BootstrapService, seed.node.peerId).sample({})
  const records = await Promise.all(peers.map(async ({ peerRecord }) => openPeerRecord(peerRecord)))
  return records.map(({ id }) => id).sort()
}

const idOf = ({ node }: TestPeer): string => node.peerId.toString()

async function probed(seed: TestPeer, result: string, count = 1): Promise<void> {
  await until(() => seed.counted('probes', result) >= count, { what: `${count} probes that ended ${result}` })
}

it('hands out those that it has dialled back, without the caller and without seeds', async () => {
  const seed = await startPeer({ serve: true })
  const [caller, other] = [await startPeer(), await startPeer()]
  const edges = await Promise.all(Array.from({ length: 3 }, async () => startPeer()))
  seed.trust.addSeed(other.node.peerId)
  for (const edge of [caller, other, ...edges]) await connect(edge, seed)
  await probed(seed, 'reached', 5)
  expect(await told(caller, seed)).toEqual(edges.map(idOf).sort())
})

it('closes what it has opened', async () => {
  const [seed, edge] = [await startPeer({ serve: true }), await startPeer()]
  await connect(edge, seed)
  await probed(seed, 'reached')
  expect(seed.node.getConnections(edge.node.peerId).length).toBeGreaterThan(1)
  await until(() => seed.node.getConnections(edge.node.peerId).length === 1)
  expect(isConnected(edge, seed)).toBe(true)
})

it('does not hand out who cannot be dialled back', async () => {
  const seed = await startPeer({ serve: true })
  const [caller, hidden] = [await startPeer(), await startPeer({ announce: ['/ip4/127.0.0.1/tcp/1'] })]
  await connect(hidden, seed)
  await connect(caller, seed)
  await Promise.all([probed(seed, 'failed'), probed(seed, 'reached')])
  expect(await told(caller, seed)).toEqual([])
})

it.each([
  ['ip4', '127.0.0.2'],
  ['ip6', '::1']
])('dials nobody at an IP of which a stranger says that it is there: %s', async (family, ip) => {
  let visits = 0
  const victim = createServer(socket => {
    visits++
    socket.destroy()
  })
  await new Promise<void>(resolve => victim.listen(0, ip, resolve))
  onTestFinished(() => void victim.close())
  const { port } = victim.address() as AddressInfo
  const seed = await startPeer({ serve: true })
  const attacker = await startPeer({ announce: [`/${family}/${ip}/tcp/${port}`] })
  const both = await startPeer()
  await connect(attacker, seed)
  await probed(seed, 'other_ip')
  await connect(both, seed)
  await probed(seed, 'reached')
  expect([visits, await told(both, seed)]).toEqual([0, []])
})

it('dials nobody in a local network, and hands none of it out, unless it is shared', async () => {
  const [seed, caller] = [await startPeer({ serve: true, private: false }), await startPeer()]
  const edge = await startPeer()
  await connect(edge, seed)
  await connect(caller, seed)
  await probed(seed, 'other_ip', 2)
  expect(await told(caller, seed)).toEqual([])
})

it('stops to hand out who was blocked, and never dials the blocked', async () => {
  const [seed, caller, edge] = [await startPeer({ serve: true }), await startPeer(), await startPeer()]
  await connect(edge, seed)
  await probed(seed, 'reached')
  await connect(caller, seed)
  expect(await told(caller, seed)).toEqual([idOf(edge)])
  seed.trust.block(edge.node.peerId)
  expect(await told(caller, seed)).toEqual([])
  const other = await startPeer()
  seed.trust.block(other.node.peerId)
  await connect(other, seed)
  await probed(seed, 'blocked')
})

it('refuses the blocked, and whoever asks too often', async () => {
  const [seed, caller, blocked] = [await startPeer({ serve: true }), await startPeer(), await startPeer()]
  seed.trust.block(blocked.node.peerId)
  for (const peer of [caller, blocked]) await connect(peer, seed)
  await expect(told(blocked, seed)).rejects.toMatchObject({ code: Code.PermissionDenied })
  for (let call = 0; call < CALLS_PER_PEER.capacity; call++) await told(caller, seed)
  await expect(told(caller, seed)).rejects.toMatchObject({ code: Code.ResourceExhausted })
  expect(seed.counted('answers', 'peer_limit')).toBe(1)
})

it('serves nothing unless it is told to', async () => {
  const [one, other] = [await startPeer(), await startPeer()]
  await connect(one, other)
  await expect(told(one, other)).rejects.toMatchObject({ code: Code.Unimplemented })
})
