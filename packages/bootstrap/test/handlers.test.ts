import { createContextValues } from '@connectrpc/connect'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { callerKey } from '@waystone/rpc'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { CALLS_PER_NETWORK } from '../src/constants.ts'
import { bootstrapService } from '../src/handlers.ts'
import { Pool } from '../src/pool.ts'
import type { HandlerContext } from '@connectrpc/connect'
import type { PeerId } from '@libp2p/interface'
import type { Parts } from '../src/parts.ts'

const relayed = (relay: PeerId): string => `/ip4/192.0.2.1/tcp/1/p2p/${relay.toString()}/p2p-circuit`
const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

it('ends a flood by many keys of one network, and of one relay, and answers all others', async () => {
  const counted: string[] = []
  const clock = new ManualClock()
  const random = seededRandom(1)
  const trust = { explain: () => ({ allow: true, reason: 'a test says so' }) }
  const counts = { count: (_group: string, result: string) => void counted.push(result) }
  const parts = { clock, random, private: false, trust, counts } as unknown as Parts
  const pool = new Pool({ clock, random, private: false })
  const { implementation } = bootstrapService(parts, { pool, mayTell: () => true })
  const isAnswered = async (from: string): Promise<boolean> => {
    const remoteAddress = multiaddr(from)
    const caller = { kind: 'peer' as const, peer: await newPeer(), remoteAddress, limits: undefined }
    const values = createContextValues().set(callerKey, caller as never)
    const call = async () => await implementation.sample?.({ count: 0 } as never, { values } as HandlerContext)
    return await call().then(
      () => true,
      () => false
    )
  }
  const [relay, other] = [await newPeer(), await newPeer()]
  for (let call = 0; call < CALLS_PER_NETWORK.capacity; call++) {
    expect([await isAnswered(`/ip4/203.0.113.${call}/tcp/1`), await isAnswered(relayed(relay))]).toEqual([true, true])
  }
  expect([await isAnswered('/ip4/203.0.113.200/tcp/1'), await isAnswered(relayed(relay))]).toEqual([false, false])
  expect(counted.filter(result => result === 'network_limit')).toHaveLength(2)
  expect([await isAnswered('/ip4/198.51.100.1/tcp/1'), await isAnswered(relayed(other))]).toEqual([true, true])
})
