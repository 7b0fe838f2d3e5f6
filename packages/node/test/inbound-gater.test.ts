import { ManualClock } from '@waystone/kit/testing'
import { multiaddr } from '@multiformats/multiaddr'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InboundGater } from '../src/libp2p/inbound-gater.ts'
import { ipKey } from '../src/libp2p/ip-key.ts'
import { localConfig } from './local-node.ts'
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Config } from '../src/config/schema.ts'

class Incoming extends EventTarget {
  readonly remoteAddr: ReturnType<typeof multiaddr>

  constructor(address: string) {
    super()
    this.remoteAddr = multiaddr(address)
  }

  close(): void {
    this.dispatchEvent(new Event('close'))
  }
}

function createGater(limits: Partial<Config['connections']> = {}) {
  const clock = new ManualClock()
  const all = {
    ...localConfig('seed').connections,
    exemptLoopback: false,
    inboundPerSecondPerIp: 20,
    inboundPerIp: 256,
    ...limits
  }
  const gater = new InboundGater({ limits: all, clock })
  const connections: Incoming[] = []
  const admit = (address: string): boolean => {
    const incoming = new Incoming(address)
    connections.push(incoming)
    return !gater.denyInboundConnection(incoming as unknown as MultiaddrConnection)
  }
  return { gater, clock, connections, admit }
}

test('one IP gets so many new connections a second, another IP its own', async () => {
  const { admit, clock } = createGater({ inboundPerSecondPerIp: 3 })
  const tries = Array.from({ length: 5 }, (_, port) => admit(`/ip4/203.0.113.7/tcp/${port}`))
  expect(tries).toEqual([true, true, true, false, false])
  expect(admit('/ip4/203.0.113.8/tcp/1')).toBe(true)
  await clock.advance(1_000)
  expect(admit('/ip4/203.0.113.7/tcp/1')).toBe(true)
})

test('one IP gets so many open connections, and a closed one makes room', async () => {
  const { admit, clock, connections } = createGater({ inboundPerIp: 2 })
  expect([admit('/ip4/203.0.113.7/tcp/1'), admit('/ip4/203.0.113.7/tcp/2'), admit('/ip4/203.0.113.7/tcp/3')]).toEqual([
    true,
    true,
    false
  ])
  connections[0]?.close()
  await clock.advance(1_000)
  expect(admit('/ip4/203.0.113.7/tcp/4')).toBe(true)
})

test('each refusal is told with its reason', () => {
  const reasons: string[] = []
  const limits = {
    ...localConfig('seed').connections,
    exemptLoopback: false,
    inboundPerSecondPerIp: 2,
    inboundPerIp: 1
  }
  const gater = new InboundGater({ limits, clock: new ManualClock(), onRefused: reason => void reasons.push(reason) })
  const arrive = (): Incoming => {
    const incoming = new Incoming('/ip4/203.0.113.7/tcp/1')
    gater.denyInboundConnection(incoming as unknown as MultiaddrConnection)
    return incoming
  }
  const first = arrive()
  arrive()
  first.close()
  arrive().close()
  arrive()
  expect(reasons).toEqual(['open', 'rate'])
})

test('a /64 counts as one IP', () => {
  const { admit } = createGater({ inboundPerIp: 1 })
  expect(admit('/ip6/2001:db8:0:1::1/tcp/1')).toBe(true)
  expect(admit('/ip6/2001:db8:0:1:ffff::2/udp/1/quic-v1')).toBe(false)
  expect(admit('/ip6/2001:db8:0:2::1/tcp/1')).toBe(true)
})

test('loopback is exempt only if the config says so', () => {
  const strict = createGater({ inboundPerIp: 1 })
  expect([strict.admit('/ip4/127.0.0.1/tcp/1'), strict.admit('/ip4/127.0.0.1/tcp/2')]).toEqual([true, false])
  const open = createGater({ inboundPerIp: 1, exemptLoopback: true })
  for (const address of ['/ip4/127.0.0.1/tcp/1', '/ip4/127.9.9.9/tcp/2', '/ip6/::1/tcp/1', '/ip6/::1/tcp/2']) {
    expect(open.admit(address)).toBe(true)
  }
  expect(open.gater.openIps).toBe(0)
})

test('connections through a relay or in memory are not counted under an IP', () => {
  const { admit, gater } = createGater({ inboundPerIp: 1 })
  const relayed = '/ip4/203.0.113.7/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit'
  for (const address of [relayed, relayed, '/memory/a', '/memory/a']) expect(admit(address)).toBe(true)
  expect(gater.openIps).toBe(0)
})

test('nothing is remembered of connections that are closed, and refused ones are not counted', () => {
  const { admit, connections, gater } = createGater({ inboundPerIp: 1, inboundPerSecondPerIp: 10 })
  for (let host = 1; host <= 50; host++) {
    admit(`/ip4/203.0.113.${host}/tcp/1`)
    admit(`/ip4/203.0.113.${host}/tcp/2`)
  }
  expect(gater.openIps).toBe(50)
  for (const connection of connections) connection.close()
  expect(gater.openIps).toBe(0)
})

test('never more than the limit is open at a time, whatever comes and goes', () => {
  const step = fc.record({ host: fc.integer({ min: 1, max: 3 }), close: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), steps => {
      const { gater } = createGater({ inboundPerIp: 2, inboundPerSecondPerIp: 1_000 })
      const open = new Map<number, Incoming[]>()
      for (const { host, close } of steps) {
        const mine = open.get(host) ?? []
        open.set(host, mine)
        if (close) mine.shift()?.close()
        else {
          const incoming = new Incoming(`/ip4/203.0.113.${host}/tcp/1`)
          if (!gater.denyInboundConnection(incoming as unknown as MultiaddrConnection)) mine.push(incoming)
        }
        expect(mine.length).toBeLessThanOrEqual(2)
      }
      expect(gater.openIps).toBe([...open.values()].filter(list => list.length > 0).length)
    })
  )
})

test.each([
  ['/ip4/203.0.113.7/tcp/1', '203.0.113.7'],
  ['/ip6/2001:db8::1/tcp/1', '2001:db8:0:0::/64'],
  ['/ip6/::1/tcp/1', '0:0:0:0::/64'],
  ['/ip6zone/eth0/ip6/fe80::1/tcp/1', 'fe80:0:0:0::/64'],
  ['/ip6/::ffff:203.0.113.7/tcp/1', '203.0.113.7'],
  ['/dns4/example.com/tcp/1', undefined]
])('%s is counted under %s', (address, key) => {
  expect(ipKey(multiaddr(address))).toBe(key)
})
