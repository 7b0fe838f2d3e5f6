import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { Enforcement } from '../../src/index.ts'
import { aPeer, openAcl } from '../people.ts'
import type { MultiaddrConnection, PeerId, Stream } from '@libp2p/interface'
import type { TrustLevel } from '@waystone/interface'
import type { TrustAcl } from '../../src/index.ts'

const LEVELS = ['blocked', 'none', 'peer', 'marginal', 'trusted', 'advanced', 'ultimate'] as const
type Override = 'none' | 'positive' | 'negative'

/** The lowest level that may, as the trust document has it. */
const MATRIX: Record<string, TrustLevel> = {
  'use-for-bootstrap': 'trusted',
  'connect-on-startup': 'advanced',
  'hold-and-reconnect': 'advanced',
  'used-for-autonat': 'marginal',
  'bulk-data-sync': 'marginal',
  'query-all-ipns': 'ultimate',
  'peer-exchange': 'trusted',
  'offer-relay': 'advanced',
  'use-as-relay': 'marginal',
  'redistribute-ipns': 'advanced',
  'remote-resolve-ipns': 'advanced',
  'remote-put-dht': 'advanced',
  'remote-fetch-dht': 'advanced',
  'remote-fetch-cid': 'advanced'
}
const OPEN: Record<string, TrustLevel> = { connect: 'none', 'protocol:/x/1': 'none', 'registry-sync': 'advanced' }
const ALL = { ...MATRIX, ...OPEN }

const HOP = '/libp2p/circuit/relay/0.2.0/hop'
const AUTONAT = '/libp2p/autonat/2/dial-request'

interface Asked {
  acl: TrustAcl
  enforcement: Enforcement
  peer: PeerId
  /** May everything. */
  friend: PeerId
}

/** Every answer of libp2p's that a function has; where it has none, that of the services that ask. */
const ANSWERS: Record<string, (asked: Asked) => boolean[]> = {
  connect: ({ enforcement: all, peer, friend }) => {
    const connection = { remoteAddr: multiaddr('/ip4/198.51.100.1/tcp/1') } as MultiaddrConnection
    return [
      !all.denyDialPeer(peer),
      !all.denyDialMultiaddr(multiaddr(`/ip4/198.51.100.1/tcp/1/p2p/${peer.toString()}`)),
      !all.denyOutboundConnection(peer, connection),
      !all.denyOutboundEncryptedConnection(peer, connection),
      !all.denyOutboundUpgradedConnection(peer, connection),
      !all.denyInboundEncryptedConnection(peer, connection),
      !all.denyInboundUpgradedConnection(peer, connection),
      !all.denyInboundRelayedConnection(friend, peer)
    ]
  },
  'offer-relay': ({ enforcement: all, peer, friend }) => [
    !all.denyInboundRelayReservation(peer),
    !all.denyOutboundRelayedConnection(peer, friend),
    !all.denyOutboundRelayedConnection(friend, peer)
  ],
  'use-as-relay': ({ enforcement: all, peer, friend }) => {
    const through = multiaddr(`/ip4/198.51.100.1/tcp/1/p2p/${peer.toString()}/p2p-circuit/p2p/${friend.toString()}`)
    return [
      !all.denyDialMultiaddr(through),
      !all.denyOutboundConnection(friend, { remoteAddr: through } as MultiaddrConnection),
      !all.denyInboundRelayedConnection(peer, friend),
      may(all, peer, { protocol: HOP, direction: 'outbound' })
    ]
  },
  'used-for-autonat': ({ enforcement, peer }) => [may(enforcement, peer, { protocol: AUTONAT, direction: 'outbound' })],
  'bulk-data-sync': ({ enforcement, peer }) =>
    // 1.2.0 is left to its handler (packages/content/src/bitswap/admission.ts)
    ['/ipfs/bitswap', '/ipfs/bitswap/1.1.0'].map(protocol =>
      may(enforcement, peer, { protocol, direction: 'inbound' })
    ),
  'registry-sync': ({ enforcement, peer }) =>
    (['inbound', 'outbound'] as const).map(direction =>
      may(enforcement, peer, { protocol: '/meshsub/1.2.0', direction })
    ),
  'protocol:/x/1': ({ enforcement, peer }) => [may(enforcement, peer, { protocol: '/x/1', direction: 'inbound' })]
}

function may(all: Enforcement, remotePeer: PeerId, stream: Pick<Stream, 'protocol' | 'direction'>): boolean {
  try {
    all.assertStream(stream, { remotePeer })
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'TrustDeniedError', reason: expect.stringMatching(/./) })
    return false
  }
}

function expected(level: TrustLevel, override: Override, lowest: TrustLevel): boolean {
  if (level === 'blocked' || override === 'negative') return false
  return override === 'positive' || LEVELS.indexOf(level) >= LEVELS.indexOf(lowest)
}

/** A peer of that level with that override. Strangers have no entry that could hold one: they have grants. */
async function personOf(acl: TrustAcl, level: TrustLevel, own: Readonly<Record<string, boolean>>): Promise<PeerId> {
  const peer = await aPeer()
  const pubkey = peer.toString()
  for (const [name, allow] of Object.entries(own)) if (level === 'none' && allow) acl.grant(name, [peer])
  if (level !== 'none')
    await acl.add({ label: `x ${pubkey}`, pubkey, kind: 'peer', trustlevel: level, trustedFunctions: own })
  return peer
}

describe.each(LEVELS)('level %s', level => {
  // strangers have nothing that could be denied
  const overrides = level === 'none' ? (['none', 'positive'] as const) : (['none', 'positive', 'negative'] as const)
  test.each(overrides)('every function, override %s', async override => {
    await using opened = await openAcl()
    const { acl } = opened
    const enforcement = new Enforcement({ trust: acl })
    const friend = await personOf(acl, 'ultimate', {})
    for (const [name, lowest] of Object.entries(ALL)) {
      const peer = await personOf(acl, level, override === 'none' ? {} : { [name]: override === 'positive' })
      const answers = ANSWERS[name]?.({ acl, enforcement, peer, friend }) ?? [acl.decide({ peer }, name).allow]
      expect({ name, answers }).toEqual({ name, answers: answers.map(() => expected(level, override, lowest)) })
    }
  })
})
