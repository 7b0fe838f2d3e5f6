import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { newKey } from '../network.ts'
import { DnsSource } from '../../src/sources/dns-source.ts'
import { FakeResolver } from './fake-resolver.ts'
import type { Look } from '../../src/sources/source.ts'
import type { Zone } from './fake-resolver.ts'

const NAME = 'seeds.example.org'
const newId = async (): Promise<string> => peerIdFromPrivateKey(await newKey()).toString()

async function lookAt(zone: Zone, name = NAME): Promise<Look & { asked: string[] }> {
  const fake = new FakeResolver(zone)
  const init = { name, port: 4001, resolver: async () => fake, clock: new ManualClock(), random: seededRandom(1) }
  const look = await new DnsSource(init).look({ signal: AbortSignal.timeout(10_000) })
  return { ...look, asked: fake.asked }
}

const texts = ({ seeds }: Look): string[] =>
  seeds.map(({ address, peer }) => `${address.toString()}${peer === undefined ? '' : ` ${peer.toString()}`}`)
const faults = ({ faults: all }: Look): string[] => [...new Set(all.map(({ name }) => name))]

describe('the addresses of a host name', () => {
  it('are dialled at the port, families in turns, in another order each time', async () => {
    const ip4 = Array.from({ length: 20 }, (_, index) => `192.0.2.${index + 1}`)
    const look = await lookAt({ ip4: { [NAME]: ip4 }, ip6: { [NAME]: ['2001:db8::1', '2001:db8::2'] }, ttl: 7 })
    expect(texts(look)).toHaveLength(22)
    expect(
      texts(look)
        .slice(0, 4)
        .filter(text => text.startsWith('/ip6/'))
    ).toHaveLength(2)
    const only4 = texts(look).filter(text => text.startsWith('/ip4/'))
    expect(only4.toSorted()).toEqual(ip4.map(ip => `/ip4/${ip}/tcp/4001`).toSorted())
    expect(only4).not.toEqual(ip4.map(ip => `/ip4/${ip}/tcp/4001`))
    expect(look.ttlMs).toBe(7_000)
  })

  it('count for nothing beside what its records say', async () => {
    const srv = [{ name: 'a.example.org', port: 4009, priority: 1, weight: 1 }]
    const ip4 = { [NAME]: ['192.0.2.80'], 'a.example.org': ['192.0.2.1'] }
    expect(texts(await lookAt({ ip4, srv: { [`_waystone._tcp.${NAME}`]: srv } }))).toEqual(['/ip4/192.0.2.1/tcp/4009'])
  })

  it('do not wait long for name servers that leave questions for other records open', async () => {
    const fake = new FakeResolver({ ip4: { [NAME]: ['192.0.2.1'] } })
    fake.resolveTxt = async () => new Promise(() => undefined)
    const clock = new ManualClock()
    const init = { name: NAME, port: 1, resolver: async () => fake, clock, random: seededRandom(1) }
    const look = new DnsSource(init).look({ signal: AbortSignal.timeout(10_000) })
    await clock.advance(1_000)
    expect(texts(await look)).toEqual(['/ip4/192.0.2.1/tcp/1'])
  })

  it.each(['0.0.0.0', '256.1.1.1'])('that cannot be dialled, such as %s, are left out and told of', async bad => {
    const look = await lookAt({ ip4: { [NAME]: [bad, '192.0.2.1'] }, ip6: { [NAME]: ['::', 'fe80::1%eth0'] } })
    expect(texts(look)).toEqual(['/ip4/192.0.2.1/tcp/4001'])
    expect(look.faults.map(({ name }) => name)).toEqual(Array.from({ length: 3 }, () => 'SeedAddressInvalidError'))
  })

  it('that are none are an error that says what to do', async () => {
    const error = await lookAt({}).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'SeedNameUnresolvedError', hint: expect.stringContaining('_waystone._tcp.') })
  })

  it('of one that nobody answers for end at the deadline', async () => {
    const fake = new FakeResolver({})
    const never = async (): Promise<never> => new Promise(() => undefined)
    Object.assign(fake, { resolveTxt: never, resolveSrv: never, resolve4: never, resolve6: never })
    const clock = new ManualClock()
    const init = { name: NAME, port: 1, resolver: async () => fake, clock, random: seededRandom(1) }
    const look = new DnsSource(init).look({ signal: new AbortController().signal }).catch((error: unknown) => error)
    await clock.advance(10_000)
    expect(await look).toMatchObject({ name: 'SeedNameUnresolvedError', message: expect.stringContaining('10000 ms') })
    expect(clock.pending).toBe(0)
  })

  it('are cut by chance when there are 10,000', async () => {
    const ip4 = Array.from({ length: 10_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    const look = await lookAt({ ip4: { [NAME]: ip4 } })
    expect([look.seeds.length, faults(look)]).toEqual([256, ['TooManyAnswersError']])
    expect(texts(look).some(text => text.startsWith('/ip4/10.0.30'))).toBe(true)
  })
})

describe('_dnsaddr records', () => {
  it('give addresses with and without ids, several ids on one address, and lead on', async () => {
    const [one, two] = [await newId(), await newId()]
    const look = await lookAt({
      txt: {
        [`_dnsaddr.${NAME}`]: [
          `dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/${one}`,
          `dnsaddr=/ip4/192.0.2.1/tcp/2/p2p/${two}`,
          'dnsaddr=/dnsaddr/more.example.org',
          'v=spf1 -all'
        ],
        '_dnsaddr.more.example.org': ['dnsaddr=/ip6/2001:db8::1/udp/4001/quic-v1']
      }
    })
    expect(texts(look)).toEqual([
      `/ip4/192.0.2.1/tcp/1 ${one}`,
      `/ip4/192.0.2.1/tcp/2 ${two}`,
      '/ip6/2001:db8::1/udp/4001/quic-v1'
    ])
    expect(look.faults).toEqual([])
  })

  it('that ask for one peer of another name give no others', async () => {
    const [wanted, other] = [await newId(), await newId()]
    const txt = {
      [`_dnsaddr.${NAME}`]: [`dnsaddr=/dnsaddr/more.example.org/p2p/${wanted}`],
      '_dnsaddr.more.example.org': [
        `dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/${wanted}`,
        `dnsaddr=/ip4/192.0.2.2/tcp/1/p2p/${other}`
      ]
    }
    expect(texts(await lookAt({ txt }))).toEqual([`/ip4/192.0.2.1/tcp/1 ${wanted}`])
  })

  it('that ask for several peers of one name give them all, and its name is asked once', async () => {
    const [one, two, other] = [await newId(), await newId(), await newId()]
    const txt = {
      [`_dnsaddr.${NAME}`]: [
        `dnsaddr=/dnsaddr/more.example.org/p2p/${one}`,
        'dnsaddr=/dnsaddr/between.example.org',
        `dnsaddr=/dnsaddr/between.example.org/p2p/${other}`
      ],
      '_dnsaddr.between.example.org': [`dnsaddr=/dnsaddr/more.example.org/p2p/${two}`],
      '_dnsaddr.more.example.org': [one, two, other].map((id, at) => `dnsaddr=/ip4/192.0.2.${at}/tcp/1/p2p/${id}`)
    }
    const look = await lookAt({ txt })
    expect(texts(look)).toEqual([`/ip4/192.0.2.0/tcp/1 ${one}`, `/ip4/192.0.2.1/tcp/1 ${two}`])
    expect(look.asked.filter(name => name === '_dnsaddr.more.example.org')).toHaveLength(1)
    expect(look.faults).toEqual([])
  })

  it('that lead in a circle are told of and end', async () => {
    const txt = {
      [`_dnsaddr.${NAME}`]: ['dnsaddr=/dnsaddr/b.example.org', 'dnsaddr=/ip4/192.0.2.1/tcp/1'],
      '_dnsaddr.b.example.org': [`dnsaddr=/dnsaddr/${NAME.toUpperCase()}`]
    }
    const look = await lookAt({ txt })
    expect([texts(look), faults(look)]).toEqual([['/ip4/192.0.2.1/tcp/1'], ['DnsaddrRecursionError']])
  })

  it('that lead ever deeper, or to ever more names, ask a bounded number of questions', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`_dnsaddr.${at === 0 ? NAME : `d${at}`}`, [`dnsaddr=/dnsaddr/d${at + 1}`]])
    )
    const look = await lookAt({ txt: deep, ip4: { [NAME]: ['192.0.2.1'] } })
    expect([look.asked.filter(name => name.startsWith('_dnsaddr')).length, faults(look)]).toEqual([
      9,
      ['DnsaddrRecursionError']
    ])
    const wide = { [`_dnsaddr.${NAME}`]: Array.from({ length: 200 }, (_, at) => `dnsaddr=/dnsaddr/w${at}`) }
    const other = await lookAt({ txt: wide, ip4: { [NAME]: ['192.0.2.1'] } })
    expect(other.asked.filter(name => name.startsWith('_dnsaddr'))).toHaveLength(32)
    expect(faults(other)).toEqual(['DnsaddrRecursionError'])
  })

  it.each([
    ['garbage', 'dnsaddr=\u0000\u0001garbage'],
    ['a relay', 'dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit'],
    ['no place', 'dnsaddr=/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'],
    ['this machine by another name', 'dnsaddr=/ip4/0.0.0.0/tcp/4001'],
    ['port 0', 'dnsaddr=/ip4/192.0.2.1/tcp/0'],
    ['64 KiB', `dnsaddr=/dns4/${'a'.repeat(65_000)}/tcp/1`]
  ])('with %s are left out and told of', async (_what, text) => {
    const look = await lookAt({ txt: { [`_dnsaddr.${NAME}`]: [text, 'dnsaddr=/ip4/192.0.2.9/tcp/1'] } })
    expect([texts(look), faults(look)]).toEqual([['/ip4/192.0.2.9/tcp/1'], ['SeedAddressInvalidError']])
  })

  it('10,000 of them are cut by chance', async () => {
    const all = Array.from({ length: 10_000 }, (_, at) => `dnsaddr=/ip4/10.1.${at >> 8}.${at & 255}/tcp/1`)
    const look = await lookAt({ txt: { [`_dnsaddr.${NAME}`]: all } })
    expect([look.seeds.length, faults(look)]).toEqual([256, ['TooManyAnswersError']])
  })
})

describe('SRV records', () => {
  it('name targets by TCP and QUIC, whose addresses are looked up', async () => {
    const target = (name: string, port: number) => [{ name, port, priority: 0, weight: 0 }]
    const srv = {
      [`_waystone._tcp.${NAME}`]: target('a.example.org', 4001),
      [`_waystone._udp.${NAME}`]: target('a.example.org', 4002)
    }
    const look = await lookAt({
      srv,
      ip4: { 'a.example.org': ['192.0.2.1'] },
      ip6: { 'a.example.org': ['2001:db8::1'] }
    })
    expect(texts(look)).toEqual([
      '/ip6/2001:db8::1/tcp/4001',
      '/ip4/192.0.2.1/tcp/4001',
      '/ip6/2001:db8::1/udp/4002/quic-v1',
      '/ip4/192.0.2.1/udp/4002/quic-v1'
    ])
  })

  it.each(['192.0.2.1', '2001:db8::1', '.', ''])('that point to %j are refused by name', async name => {
    const srv = { [`_waystone._tcp.${NAME}`]: [{ name, port: 4001, priority: 0, weight: 0 }] }
    const ip4 = { [name]: ['192.0.2.7'] }
    const error = await lookAt({ srv, ip4 }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'SeedNameUnresolvedError', cause: { name: 'SrvTargetInvalidError' } })
  })

  it('to a target with an address that cannot be dialled give its others', async () => {
    const srv = { [`_waystone._tcp.${NAME}`]: [{ name: 'a.example.org', port: 4001, priority: 0, weight: 0 }] }
    const look = await lookAt({ srv, ip4: { 'a.example.org': ['0.0.0.0', '192.0.2.1'] } })
    expect([texts(look), faults(look)]).toEqual([['/ip4/192.0.2.1/tcp/4001'], ['SeedAddressInvalidError']])
  })

  it('to 10,000 targets ask for 32 of them', async () => {
    const all = Array.from({ length: 10_000 }, (_, at) => ({ name: `t${at}.org`, port: 1, priority: 0, weight: 0 }))
    const look = await lookAt({ srv: { [`_waystone._tcp.${NAME}`]: all }, ip4: { [NAME]: ['192.0.2.1'] } })
    expect(look.asked.filter(name => name.endsWith('.org') && name.startsWith('t'))).toHaveLength(64)
    expect(texts(look)).toEqual(['/ip4/192.0.2.1/tcp/4001'])
  })
})
