import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { ipnsNameOf, signOffline } from '@waystone/trust-acl/offline'
import { expect, it, onTestFinished } from 'vitest'
import { keyOf } from '../cluster/cluster-file.ts'
import { startLocalNode } from '../local-node.ts'
import type { Libp2p } from '@libp2p/interface'

/** Two seeds of one local network, connected, that know each other as DHT servers. */
async function twoSeeds(shares: boolean): Promise<[Libp2p, Libp2p]> {
  // what a peer says of its addresses is what its dialler sees of it, loopback among others
  const addresses = { listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], private: shares }
  const first = await startLocalNode('seed', { addresses: { ...addresses, private: true } })
  const second = await startLocalNode('seed', { addresses })
  onTestFinished(async () => void (await Promise.all([first, second].map(async one => one[Symbol.asyncDispose]()))))
  const [one, two] = [first.node.libp2p, second.node.libp2p]
  await two.dial(one.getMultiaddrs())
  await until(async () => (await two.peerStore.get(one.peerId)).protocols.some(protocol => protocol.includes('kad')))
  return [one, two]
}

function tableSize({ services }: Libp2p): number {
  const { dht } = Object(services) as { dht: { routingTable: { size: number } } }
  return dht.routingTable.size
}

async function aRecord() {
  const key = await keyOf(77)
  const file = new TextEncoder().encode('{"description":"","contact":[],"entities":[]}')
  const record = await signOffline({ key, file, sequence: 1n, now: systemClock.now() })
  return { ...ipnsNameOf(key.publicKey), record }
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => {
      // libp2p asks all its routers for a value, and collects what they say
      const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
      return String(first)
    }
  )
}

it('says at once that the DHT has no peers, where it takes none of those that are connected', async () => {
  const [, node] = await twoSeeds(false)
  const { routingKey, record } = await aRecord()
  expect(tableSize(node)).toBe(0)
  // without a signal these would wait for three minutes
  const nobody = 'DhtHasNoPeersError: the DHT has no peers'
  expect(await failureOf(node.contentRouting.get(routingKey))).toBe(nobody)
  expect(await failureOf(node.contentRouting.put(routingKey, record))).toBe(nobody)
  // what was put is stored here, and told of
  const found: unknown[] = []
  const onProgress = ({ type }: { type: string }): void => void found.push(type)
  await failureOf(node.contentRouting.get(routingKey, { onProgress }))
  expect(found).toContain('kad-dht:query:value')
})

it('asks peers of a local network where private addresses are shared', async () => {
  const [one, two] = await twoSeeds(true)
  await until(() => tableSize(one) > 0 && tableSize(two) > 0)
  const { routingKey, record } = await aRecord()
  await two.contentRouting.put(routingKey, record)
  expect(await one.contentRouting.get(routingKey)).toEqual(record)
})
