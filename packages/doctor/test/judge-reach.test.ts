import { it } from 'vitest'
import { addresses, expectJudged, ip, mapping, udp } from './situations.ts'
import type { Row } from './situations.ts'

const rows: Row[] = [
  // can others reach it?
  { name: 'a relay that was dialled', role: 'relay', subject: addresses(['reachable', 'private']), health: 'healthy' },
  {
    name: 'a relay that nobody can dial',
    role: 'relay',
    subject: addresses(['unreachable', 'private']),
    health: 'broken',
    hint: /addresses\.announce/
  },
  { name: 'a seed that nobody can dial', role: 'seed', subject: addresses(['unreachable']), health: 'broken' },
  {
    name: 'a relay with private addresses alone',
    role: 'relay',
    subject: addresses(['private']),
    health: 'broken',
    hint: /addresses\.private/
  },
  {
    name: 'a relay on a local network',
    role: 'relay',
    isLocal: true,
    subject: addresses(['private']),
    health: 'healthy',
    says: /addresses\.private/
  },
  {
    name: 'a relay that listens nowhere',
    role: 'relay',
    subject: addresses([]),
    health: 'broken',
    hint: /addresses\.listen/
  },
  {
    name: 'a relay that nobody has tried',
    role: 'relay',
    subject: addresses(['untried']),
    health: 'unknown',
    hint: /AutoNAT/
  },
  {
    name: 'a relay with announced addresses',
    role: 'relay',
    subject: addresses(['announced']),
    health: 'unknown',
    says: /announce/
  },
  {
    name: 'a relay that peers came to',
    role: 'relay',
    subject: addresses(['untried'], { inbound: 2 }),
    health: 'healthy',
    says: /2 peers dialled/
  },
  {
    name: 'one address of two that fails',
    role: 'seed',
    subject: addresses(['reachable', 'unreachable']),
    health: 'healthy',
    says: /1 cannot/
  },
  {
    name: 'an edge behind NAT with a reservation',
    role: 'edge',
    subject: addresses(['private', 'relayed'], { reservations: 1, relays: 1 }),
    health: 'healthy'
  },
  {
    name: 'an edge whose relays gave nothing',
    role: 'edge',
    subject: addresses(['private'], { relays: 2 }),
    health: 'broken'
  },
  {
    name: 'an edge that has no relays',
    role: 'edge',
    subject: addresses(['private']),
    health: 'degraded',
    hint: /relays/
  },
  {
    name: 'an edge that can be dialled',
    role: 'edge',
    subject: addresses(['reachable'], { relays: 2 }),
    health: 'healthy'
  },
  { name: 'an edge that nobody has tried', role: 'edge', subject: addresses(['untried']), health: 'unknown' },
  {
    name: 'a relay with a reservation of its own',
    role: 'relay',
    subject: addresses(['private', 'relayed'], { reservations: 1, relays: 1 }),
    health: 'broken'
  },
  // NAT
  { name: 'no NAT', role: 'relay', subject: mapping('no NAT'), health: 'healthy' },
  { name: 'an ordinary NAT', role: 'edge', subject: mapping('endpoint-independent'), health: 'healthy' },
  {
    name: 'a difficult NAT without relays',
    role: 'edge',
    subject: mapping('address-and-port-dependent'),
    others: [addresses(['private'])],
    health: 'degraded',
    hint: /relays/
  },
  {
    name: 'a difficult NAT with a reservation',
    role: 'edge',
    subject: mapping('address-and-port-dependent'),
    others: [addresses(['relayed'], { reservations: 1, relays: 1 })],
    health: 'healthy',
    says: /stay relayed/
  },
  {
    name: 'a difficult NAT with forwarded ports',
    role: 'relay',
    subject: mapping('address-dependent'),
    others: [addresses(['reachable'])],
    health: 'healthy'
  },
  {
    name: 'a difficult NAT before a seed',
    role: 'seed',
    subject: mapping('address-dependent'),
    others: [addresses(['private'])],
    health: 'degraded',
    hint: /forward/
  },
  {
    name: 'a NAT nobody was asked about',
    role: 'edge',
    subject: mapping('unknown', 'no STUN server is configured'),
    health: 'unknown',
    hint: /nat\.stun/
  },
  {
    name: 'filtering',
    role: 'edge',
    subject: { kind: 'nat-filtering', behaviour: 'address-dependent', reason: 'so' },
    health: 'healthy'
  },
  // IP and UDP
  { name: 'IPv6 that is absent', role: 'seed', subject: ip(6, { present: false }), health: 'unknown' },
  { name: 'IPv6 that works', role: 'edge', subject: ip(6, { global: ['2001:db8::1'] }), health: 'healthy' },
  {
    name: 'IPv6 that leads nowhere',
    role: 'edge',
    subject: ip(6, { global: ['2001:db8::1'], reached: 0 }),
    others: [ip(4)],
    health: 'degraded',
    hint: /IPv6/
  },
  {
    name: 'private IPv6 that leads nowhere',
    role: 'edge',
    subject: ip(6, { reached: 0 }),
    others: [ip(4)],
    health: 'unknown'
  },
  { name: 'IPv4 that leads nowhere', role: 'edge', subject: ip(4, { reached: 0 }), health: 'degraded' },
  { name: 'IPv4 that nobody needs', role: 'edge', subject: ip(4, { tried: 0, reached: 0 }), health: 'unknown' },
  { name: 'UDP that works', role: 'edge', subject: udp(1, 0), health: 'healthy' },
  { name: 'UDP that is blocked', role: 'edge', subject: udp(0, 0), health: 'degraded', says: /blocked/, hint: /QUIC/ },
  { name: 'UDP that is blocked and not used', role: 'edge', subject: udp(0, 0, { used: false }), health: 'unknown' },
  {
    name: 'a network that is down',
    role: 'edge',
    subject: udp(0, 0, { tcp: { tried: 2, answered: 0 } }),
    health: 'unknown',
    says: /TCP neither/
  },
  {
    name: 'UDP that was not tried',
    role: 'edge',
    subject: udp(0, 0, { stun: { tried: 0, answered: 0 }, quic: { tried: 0, answered: 0 } }),
    health: 'unknown'
  }
]

it.each(rows)('$role: $name is $health', row => {
  expectJudged(row)
})
