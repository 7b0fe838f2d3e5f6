import { describe, expect, it } from 'vitest'
import { judge } from '../src/judge/index.ts'
import { browser, clock, expectJudged, failed, ip, mapping, network, peer, PEER, udp, valid } from './situations.ts'
import type { Situation } from '../src/judge/situation.ts'
import type { Observation } from '../src/observation.ts'
import type { Row } from './situations.ts'

const rows: Row[] = [
  // network
  { name: 'one seed of two', role: 'edge', subject: network(2, 1), health: 'healthy' },
  { name: 'no seed of two', role: 'edge', subject: network(2, 0), health: 'broken' },
  { name: 'no seed of two, but other peers', role: 'edge', subject: network(2, 0, 3), health: 'degraded' },
  { name: 'a seed that is alone', role: 'seed', subject: network(2, 0), health: 'degraded' },
  { name: 'the only seed', role: 'seed', subject: network(0, 0), health: 'healthy' },
  { name: 'an edge without seeds', role: 'edge', subject: network(0, 0), health: 'degraded', hint: /seeds/ },
  { name: 'an edge without seeds that mDNS helped', role: 'edge', subject: network(0, 0, 2), health: 'healthy' },
  { name: 'a seed that answers', role: 'edge', subject: peer({}), health: 'healthy', says: /12 ms over tcp/ },
  {
    name: 'a seed that refuses',
    role: 'edge',
    subject: failed('unreachable', 'connect ECONNREFUSED'),
    health: 'degraded',
    hint: /nothing listens/
  },
  {
    name: 'a seed that is silent',
    role: 'edge',
    subject: failed('timeout', 'took longer'),
    health: 'degraded',
    hint: /firewall/
  },
  {
    name: 'a seed with another key',
    role: 'edge',
    subject: failed('wrong_peer', 'another'),
    health: 'degraded',
    hint: /key/
  },
  {
    name: 'a seed whose name is gone',
    role: 'edge',
    subject: failed('unreachable', 'ENOTFOUND'),
    health: 'degraded',
    hint: /DNS/
  },
  {
    name: 'a relay that holds a reservation',
    role: 'edge',
    subject: peer({ as: 'relay', reserved: true }),
    health: 'healthy'
  },
  {
    name: 'a relay that holds none',
    role: 'edge',
    subject: peer({ as: 'relay', reserved: false }),
    health: 'degraded',
    hint: /relayService/
  },
  // clock
  { name: 'a clock that is right', role: 'edge', subject: clock(20, 5), health: 'healthy' },
  { name: 'a clock that is slow', role: 'edge', subject: clock(70_000, 50), health: 'broken', says: /70\.0 s behind/ },
  { name: 'a clock that is fast', role: 'seed', subject: clock(-70_000, 50), health: 'broken', says: /ahead/ },
  { name: 'a clock by one source', role: 'edge', subject: clock(70_000, 50, 1), health: 'degraded', hint: /other one/ },
  { name: 'a clock that drifts', role: 'edge', subject: clock(40_000, 50), health: 'degraded' },
  { name: 'a clock within the error', role: 'edge', subject: clock(59_000, 30_000), health: 'unknown' },
  { name: 'no clock to compare with', role: 'edge', subject: clock(), health: 'unknown' },
  // system
  {
    name: 'enough files',
    role: 'seed',
    subject: { kind: 'open-files', status: 'ok', message: 'x' },
    health: 'healthy'
  },
  {
    name: 'too few files',
    role: 'seed',
    subject: { kind: 'open-files', status: 'fail', message: 'x', hint: 'ulimit' },
    health: 'degraded',
    hint: /ulimit/
  },
  {
    name: 'files that nobody counts',
    role: 'seed',
    subject: { kind: 'open-files', status: 'note', message: 'x' },
    health: 'unknown'
  },
  {
    name: 'a check that failed',
    role: 'edge',
    subject: { kind: 'failed', check: 'nat', reason: 'it broke' },
    health: 'unknown',
    says: /it broke/
  },
  // browsers
  { name: 'a valid certificate', role: 'seed', subject: browser(valid), health: 'healthy', says: /60 more days/ },
  {
    name: 'a certificate that nobody accepts',
    role: 'seed',
    subject: browser({ tls: { status: 'invalid', reason: 'self-signed' } }),
    health: 'degraded',
    says: /self-signed/,
    hint: /tls\.certFile/
  },
  {
    name: 'a certificate that ends soon',
    role: 'relay',
    subject: browser({ tls: { status: 'valid', daysLeft: 3 } }),
    health: 'degraded',
    hint: /renew/
  },
  {
    name: 'TLS that cannot be reached',
    role: 'relay',
    subject: browser({ tls: { status: 'unreachable', reason: 'ECONNREFUSED' } }),
    health: 'degraded'
  },
  {
    name: 'a bad certificate beside WebRTC-direct',
    role: 'seed',
    subject: browser({ tls: { status: 'invalid' } }, { way: 'webrtc-direct' }),
    health: 'healthy'
  },
  {
    name: 'WebRTC-direct that was dialled',
    role: 'seed',
    subject: browser({ way: 'webrtc-direct' }),
    health: 'healthy'
  },
  {
    name: 'WebRTC-direct that nobody has tried',
    role: 'seed',
    subject: browser({ way: 'webrtc-direct', reachability: 'untried' }),
    health: 'unknown'
  },
  {
    name: 'WebRTC-direct that fails',
    role: 'seed',
    subject: browser({ way: 'webrtc-direct', reachability: 'unreachable' }),
    health: 'degraded'
  },
  {
    name: 'plain WebSockets alone',
    role: 'seed',
    subject: browser({ way: 'ws' }),
    health: 'degraded',
    says: /plain/,
    hint: /certificate/
  },
  {
    name: 'plain WebSockets on this machine',
    role: 'seed',
    isLocal: true,
    subject: browser({ way: 'ws', reachability: 'private' }),
    health: 'healthy'
  },
  { name: 'a seed that does not mean browsers', role: 'seed', subject: browser(), health: 'unknown' },
  { name: 'an edge without WebRTC', role: 'edge', subject: browser(), health: 'unknown' },
  {
    name: 'an edge with WebRTC',
    role: 'edge',
    subject: browser({ way: 'webrtc', reachability: 'relayed' }),
    health: 'healthy'
  }
]

it.each(rows)('$role: $name is $health', row => {
  expectJudged(row)
})

describe('judge', () => {
  it.each([
    [[], 'healthy'],
    [[clock()], 'healthy'],
    [[clock(40_000, 1)], 'degraded'],
    [[clock(40_000, 1), network(2, 0)], 'broken']
  ] satisfies [Observation[], string][])('has the verdict of the worst finding: %#', (observations, verdict) => {
    expect(judge({ role: 'edge', isLocal: false, observations }).verdict).toBe(verdict)
  })

  it('names findings so that programs find them', () => {
    const observations: Observation[] = [mapping('no NAT'), ip(6), peer({ as: 'relay' }), clock(), udp(1, 1)]
    const situation: Situation = { role: 'edge', isLocal: false, observations }
    const names = judge(situation).findings.map(({ check }) => check)
    expect(names).toEqual(['nat.mapping', 'ipv6', `relay:${PEER}`, 'clock', 'udp'])
  })
})
