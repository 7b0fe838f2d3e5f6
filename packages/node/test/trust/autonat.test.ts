import { autoNATv2 } from '@libp2p/autonat-v2'
import { identify } from '@libp2p/identify'
import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { trustedAutonat } from '../../src/libp2p/autonat.ts'
import { ChangingTrust } from './changing-trust.ts'
import { plain } from './network.ts'
import type { AddressManager } from '@libp2p/interface-internal'
import type { NodeComponents } from '../../src/plugins/plugin.ts'

test('only peers that may are asked about our addresses', async () => {
  const trust = new ChangingTrust()
  const made: { addressManager?: AddressManager } = {}
  const insides = ({ addressManager }: { addressManager: AddressManager }) => Object.assign(made, { addressManager })
  const create = trustedAutonat(trust)
  // what else a node of ours has is not asked for
  const autonat = (components: unknown): unknown => create(components as NodeComponents)
  const node = await plain({ services: { identify: identify(), insides, autonat } })
  // an address that has to be checked
  made.addressManager?.addObservedAddr(multiaddr('/ip4/4.4.4.4/tcp/4001'))
  const asked: string[] = []
  const peers = await Promise.all(
    [1, 2].map(async () => plain({ services: { identify: identify(), autonat: autoNATv2() } }))
  )
  for (const peer of peers) {
    await peer.unhandle('/libp2p/autonat/2/dial-request')
    await peer.handle('/libp2p/autonat/2/dial-request', stream => {
      asked.push(peer.peerId.toString())
      stream.abort(new Error('that is all'))
    })
  }
  const [bad, good] = peers.map(({ peerId }) => peerId)
  if (bad === undefined || good === undefined) throw new Error('no peers')
  trust.deny(bad, 'used-for-autonat')
  for (const peer of peers) await node.dial(peer.getMultiaddrs())
  await until(() => asked.length > 0 && trust.counted.length > 0)
  expect(asked).toEqual([good.toString()])
  expect(trust.counted).toEqual([`used-for-autonat of ${bad.toString()}`])
})
