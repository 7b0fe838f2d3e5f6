import { describe, expect, it, vi } from 'vitest'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '@waystone/kit/testing'
import { reachPeer } from '../../src/edge/reaching.ts'
import type { Reacher } from '../../src/edge/reaching.ts'

const peer = peerIdFromString('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN')
const address = multiaddr(`/ip4/192.0.2.7/tcp/4001/p2p/${peer.toString()}`)

interface Init {
  seeds?: boolean
  mdns?: boolean
  findPeer?: Reacher['libp2p']['peerRouting']['findPeer']
}

function start({ seeds = false, mdns = true, findPeer }: Init, addresses = [address].slice(1)) {
  const clock = new ManualClock()
  const notes: string[] = []
  const controller = new AbortController()
  const dial = vi.fn<Reacher['libp2p']['dial']>().mockRejectedValue(new Error('ECONNREFUSED'))
  const node: Reacher = {
    config: { seeds: seeds ? [address.toString()] : [], relays: [], mdns: { enabled: mdns } },
    libp2p: {
      dial,
      getConnections: () => (seeds ? [{}] : []),
      peerRouting: { findPeer: findPeer ?? (async () => await Promise.reject(new Error('not found'))) },
      peerStore: { get: async () => await Promise.reject(new Error('not found')) }
    }
  }
  const note = (text: string): void => void notes.push(text)
  const reached = reachPeer(node, { peer, addresses }, { note, signal: controller.signal, clock })
  const failure = reached.catch((error: unknown) => error)
  return { clock, notes, controller, dial, failure }
}

async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) await clock.advance(250)
}

describe('a peer that was named by its id alone', () => {
  it('is said to be found by mDNS only where there are no seeds, and soon given up', async () => {
    const { clock, notes, failure } = start({})
    await pass(clock, 6_000)
    expect(await failure).toMatchObject({ name: 'PeerNotReachedError', hint: expect.stringContaining('--seeds') })
    expect(notes).toEqual([expect.stringContaining('only mDNS')])
  })

  it('is not looked for where nothing can find it', async () => {
    const { failure } = start({ mdns: false })
    expect(await failure).toMatchObject({ name: 'NowhereToLookError', exitCode: 2 })
  })

  it('is looked up until somebody knows it', async () => {
    let asked = 0
    const { clock, dial, failure } = start({
      seeds: true,
      findPeer: async () => (++asked < 3 ? Promise.reject(new Error('not found')) : { id: peer, multiaddrs: [address] })
    })
    await pass(clock, 16_000)
    expect(dial).toHaveBeenCalledWith([address], expect.anything())
    expect(await failure).toMatchObject({ name: 'PeerNotReachedError', message: expect.stringMatching('ECONNREFUSED') })
  })

  it('is given up in the end by a look-up that never answers', async () => {
    const { clock, failure } = start({ seeds: true, findPeer: async () => await new Promise(() => undefined) })
    await pass(clock, 21_000)
    expect(await failure).toMatchObject({
      name: 'PeerNotReachedError',
      hint: expect.stringContaining('addresses.private')
    })
  })
})

it('an address that refuses is tried once', async () => {
  const { dial, failure } = start({}, [address])
  expect(await failure).toMatchObject({ name: 'PeerNotReachedError', message: expect.stringContaining('192.0.2.7') })
  expect(dial).toHaveBeenCalledOnce()
})

it('an interrupt ends the search with its own reason', async () => {
  const { clock, controller, failure } = start({ seeds: true })
  await pass(clock, 500)
  controller.abort(new Error('stop'))
  expect(await failure).toMatchObject({ message: 'stop' })
})
