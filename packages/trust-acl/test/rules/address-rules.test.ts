import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { AddressRules } from '../../src/rules/address-rules.ts'
import type { AddressRulesConfig } from '../../src/rules/contract.ts'

const none: AddressRulesConfig = { default: 'allow', allow: [], deny: [], files: [], feeds: [] }
const RELAY = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

function rulesOf(config: Partial<AddressRulesConfig>): AddressRules {
  return new AddressRules({ config: { ...none, ...config }, clock: new ManualClock() })
}

function answer(rules: AddressRules, address: string): boolean | undefined {
  return rules.check(multiaddr(address))?.allow
}

describe('rules', () => {
  const rules = rulesOf({
    allow: ['198.51.100.7', '2001:db8:1::/48'],
    deny: ['198.51.100.0/24', '2001:db8::/32', '198.51.100.7']
  })

  test('that allow beat those that deny, and these the default', () => {
    expect(answer(rules, '/ip4/198.51.100.7/tcp/1')).toBe(true)
    expect(answer(rules, '/ip4/198.51.100.8/tcp/1')).toBe(false)
    expect(answer(rules, '/ip4/198.51.101.8/tcp/1')).toBeUndefined()
    expect(answer(rules, '/ip6/2001:db8:1::1/udp/1/quic-v1')).toBe(true)
    expect(answer(rules, '/ip6/2001:db8:2::1/udp/1/quic-v1')).toBe(false)
  })

  test('hold for IPv4 in the clothes of IPv6, and behind a zone', () => {
    expect(answer(rules, '/ip6/::ffff:198.51.100.8/tcp/1')).toBe(false)
    expect(answer(rules, '/ip6zone/eth0/ip6/2001:db8:2::1/tcp/1')).toBe(false)
  })

  test('deny by default what is not allowed', () => {
    const closed = rulesOf({ default: 'deny', allow: ['192.0.2.0/24'] })
    expect(answer(closed, '/ip4/192.0.2.1/tcp/1')).toBe(true)
    expect(closed.check(multiaddr('/ip4/203.0.113.1/tcp/1'))).toEqual({
      allow: false,
      reason: '203.0.113.1 is denied by the default rule'
    })
  })

  test.each([
    `/ip4/198.51.100.8/tcp/1/p2p/${RELAY}/p2p-circuit`,
    `/ip4/198.51.100.8/tcp/1/p2p/${RELAY}/p2p-circuit/webrtc`,
    '/memory/1',
    '/dns4/example.org/tcp/1',
    '/unix/%2Fip4%2F198.51.100.8'
  ])('do not judge %s', address => {
    expect(answer(rules, address)).toBeUndefined()
    expect(answer(rulesOf({ default: 'deny' }), address)).toBeUndefined()
  })

  test('say which they are', () => {
    const address = multiaddr('/ip4/198.51.100.7/tcp/1')
    expect(rules.check(address)?.reason).toBe('198.51.100.7 is allowed by the rule 198.51.100.7 (config)')
    expect(rules.matching(address)).toEqual(['allow 198.51.100.7 (config)', 'deny 198.51.100.7 (config)'])
    expect(rules.check(multiaddr('/ip6/2001:db8:2::1/tcp/1'))?.reason).toBe(
      '2001:db8:2::1 is denied by the rule 2001:db8::/32 (config)'
    )
  })

  test('that are none stop the node from starting', () => {
    for (const deny of ['999.1.1.1', '1.2.3.4/64', '::g']) {
      expect(() => rulesOf({ deny: [deny] })).toThrow(expect.objectContaining({ name: 'AddressRuleInvalidError' }))
    }
  })
})
