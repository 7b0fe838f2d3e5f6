import { peerIdFromString } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { until } from '@waystone/kit/testing'
import { noTransports, startLocalNode } from './local-node.ts'
import type { ConfigInput } from '../src/config/schema.ts'

const transports = { ...noTransports, tcp: true, circuit: true }
const nowhere: ConfigInput['addresses'] = { listen: [], announce: [], private: true }

test('a fresh sender finds the circuit address of a relay-only edge right after its start', async () => {
  await using seed = await startLocalNode('seed', { transports })
  const seeds = [seed.addresses[0] ?? '']
  await using relay = await startLocalNode('relay', { transports, seeds })
  const relays = [relay.addresses[0] ?? '']
  await using hidden = await startLocalNode('edge', { transports, addresses: nowhere, seeds, relays })
  await until(() => hidden.node.missing().length === 0)
  const wanted = peerIdFromString(hidden.node.libp2p.peerId.toString())
  await until(async () => (await seed.node.libp2p.peerStore.get(wanted)).addresses.length > 0)
  await using sender = await startLocalNode('edge', { transports, addresses: nowhere, seeds })
  const found = await sender.node.libp2p.peerRouting.findPeer(wanted)
  expect(found.multiaddrs.map(String)).toContainEqual(expect.stringContaining('/p2p-circuit'))
})
