import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { networkText, parseIp, parseNetwork, valueOf } from '../../src/rules/ip.ts'
import { NetworkSet } from '../../src/rules/network-set.ts'

describe('an IP', () => {
  test.each([
    ['203.0.113.7', 32, 0xcb007107n],
    ['255.255.255.255', 32, 0xffffffffn],
    ['::', 128, 0n],
    ['::1', 128, 1n],
    ['2001:db8::7', 128, 0x20010db8000000000000000000000007n],
    ['1:2:3:4:5:6:7:8', 128, 0x00010002000300040005000600070008n],
    ['64:ff9b::192.0.2.33', 128, 0x0064ff9b0000000000000000c0000221n],
    ['::ffff:203.0.113.7', 32, 0xcb007107n],
    ['::FFFF:cb00:7107', 32, 0xcb007107n]
  ])('%s is read', (text, bits, value) => {
    const ip = parseIp(text)
    expect(ip && [ip.bits, valueOf(ip)]).toEqual([bits, value])
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    '12345::',
    'example.org',
    '0x7f.1'
  ])('%s is none', text => expect(parseIp(text)).toBeUndefined())
})

describe('a network', () => {
  test.each([
    ['198.51.100.0/24', '198.51.100.0/24'],
    ['198.51.100.77/24', '198.51.100.0/24'],
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::/0', '::/0'],
    ['::ffff:198.51.100.0/120', '198.51.100.0/24'],
    ['::ffff:0:0/96', '0.0.0.0/0']
  ])('%s is read as %s', (text, normal) => {
    const network = parseNetwork(text)
    expect(network && networkText(network, network.prefix)).toBe(normal)
  })

  test.each([
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '1.2.3.4/08x',
    '::/129',
    '::ffff:1.2.3.4/95',
    '1.2.3.4/1/2',
    '/8',
    '1.2.3.4/ 8'
  ])('%s is none', text => expect(parseNetwork(text)).toBeUndefined())
})

describe('a set of networks', () => {
  // for Node, a network at the beginning of IPv6 also holds all of IPv4
  const ipv6 = fc.ipV6().filter(ip => (parseIp(ip)?.top ?? 0) >= 65_536)
  const ips = fc.oneof(fc.ipV4(), ipv6)
  const networks = fc.tuple(ips, fc.nat({ max: 128 })).map(([ip, prefix]) => {
    const bits = ip.includes(':') ? 128 : 32
    return { ip, prefix: 16 + (prefix % (bits - 15)), family: bits === 32 ? 'ipv4' : 'ipv6' } as const
  })

  test('holds what the list of Node does', () => {
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 8 }), fc.array(ips, { maxLength: 20 }), (rules, asked) => {
        const [set, list] = [new NetworkSet(), new BlockList()]
        for (const { ip, prefix, family } of rules) {
          const network = parseNetwork(`${ip}/${prefix}`)
          if (network !== undefined) set.add(network)
          list.addSubnet(ip, prefix, family)
        }
        for (const ip of [...asked, ...rules.map(rule => rule.ip)]) {
          const parsed = parseIp(ip)
          const found = parsed === undefined ? undefined : set.find(parsed)
          expect(found !== undefined, ip).toBe(list.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4'))
        }
      })
    )
  })

  test('finds the smallest network around an IP, and counts each once', () => {
    const set = new NetworkSet()
    for (const text of ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '10.1.2.3/32', '::/0']) {
      const network = parseNetwork(text)
      if (network !== undefined) set.add(network)
    }
    expect(set.size).toBe(4)
    const found = ['10.1.2.3', '10.1.2.4', '10.2.0.0', '11.0.0.0', '2001:db8::1'].map(text => {
      const ip = parseIp(text)
      return ip === undefined ? undefined : set.find(ip)
    })
    expect(found).toEqual([32, 16, 8, undefined, 0])
  })
})
