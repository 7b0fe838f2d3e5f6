import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { defaultLogger } from '@libp2p/logger'
import { multiaddr } from '@multiformats/multiaddr'
import { MemoryDatastore } from 'datastore-core/memory'
import { ManualClock } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { BroughtRecords } from '../../src/exchange/brought-records.ts'
import { RecordStore } from '../../src/ipns/record-store.ts'
import { NOW, testName } from '../records.ts'
import type { PeerId } from '@libp2p/interface'
import type { PeerCaller } from '@waystone/rpc'
import type { BroughtRecordsInit } from '../../src/exchange/brought-records.ts'

/** A node that follows some names, to which everybody brings records whose files never come. */
async function setUp(names: number) {
  const all = await Promise.all(Array.from({ length: names }, async (_, at) => await testName(at + 1)))
  const asked: string[] = []
  let stalls = Promise.withResolvers<never>()
  const brought = new BroughtRecords({
    clock: new ManualClock(NOW),
    log: defaultLogger().forComponent('test'),
    entries: {
      entry: (pubkey: string) => ({ kind: 'file', label: pubkey, pubkey, status: { state: 'unresolved' } }),
      explain: () => ({ allow: false }),
      fileOf: () => undefined
    },
    records: new RecordStore(new MemoryDatastore()),
    fetching: {
      take: async (_entry: unknown, _record: unknown, { from }: { from: PeerId }) => {
        asked.push(from.toString())
        return await stalls.promise
      }
    }
  } as unknown as BroughtRecordsInit)
  const { signal } = new AbortController()
  /** Brings all the names. */
  const bring = async (ip: string, peer?: PeerId): Promise<PeerId> => {
    const caller = { peer: peer ?? (await newPeer()), remoteAddress: multiaddr(ip) } as PeerCaller
    for (const { name, sign } of all) await brought.take(caller, { name, record: await sign() }, signal)
    return caller.peer
  }
  const end = async (): Promise<void> => {
    stalls.reject(new Error('nobody has it'))
    stalls = Promise.withResolvers()
    await new Promise(resolve => setImmediate(resolve))
    asked.splice(0)
  }
  return { bring, asked, end }
}

const newPeer = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

it('fetches two files that one peer brings at once, so that who stalls takes no place of others', async () => {
  const { bring, asked } = await setUp(40)
  await bring('/ip4/192.0.2.1/tcp/1')
  expect(asked).toHaveLength(2)
  const other = await bring('/ip4/198.51.100.1/tcp/1')
  expect(asked.filter(id => id === other.toString())).toHaveLength(2)
})

it.each([
  ['/ip4/192.0.2.', '/ip4/192.0.3.1/tcp/1'],
  ['/ip6/2001:db8:1::', '/ip6/2001:db8:2::1/tcp/1'],
  ['/ip6/::ffff:192.0.2.', '/ip6/::ffff:192.0.3.1/tcp/1']
])('leaves places for other networks than that of 40 who stall: %s', async (network, elsewhere) => {
  const { bring, asked, end } = await setUp(1)
  for (let at = 1; at <= 40; at++) await bring(`${network}${at}/tcp/1`)
  expect(asked).toHaveLength(8)
  const other = await bring(elsewhere)
  expect(asked.slice(8)).toEqual([other.toString()])
  await end()
  // places are given back
  for (let at = 1; at <= 40; at++) await bring(`${network}${at}/tcp/1`)
  expect(asked).toHaveLength(8)
})

it('fetches 32 at once in all, also of this machine', async () => {
  const { bring, asked } = await setUp(1)
  for (let at = 1; at <= 40; at++) await bring('/ip4/127.0.0.1/tcp/1')
  expect(asked).toHaveLength(32)
})
