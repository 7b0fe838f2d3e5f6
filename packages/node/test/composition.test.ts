import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { peerIdFromString } from '@libp2p/peer-id'
import { EventLog } from '../src/events/event-log.ts'
import { createAddresses } from '../src/libp2p/addresses.ts'
import { mdnsServiceTag } from '../src/libp2p/discovery.ts'
import { createServices } from '../src/libp2p/services.ts'
import { parseRoleFlags } from '../src/lifecycle/role-flags.ts'
import { senderRule } from '../src/plugins/file-transfer.ts'
import { reservationLimits } from '../src/plugins/relay-server.ts'
import { LIBP2P_COMPONENTS, SERVICE_KEYS, VERSION } from '../src/index.ts'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { seededRandom } from '@waystone/kit/testing'
import { AuditLog, TrustAcl } from '@waystone/trust-acl'
import { ManualClock } from '@waystone/kit/testing'
import { allPlugins, localConfig, noTransports, startLocalNode } from './local-node.ts'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

async function context(config = localConfig('relay')) {
  const clock = new ManualClock()
  const datastore = new SqliteDatastore({ path: ':memory:' })
  await datastore.open()
  const trust = await TrustAcl.open({ datastore, self: peerIdFromString(PEER), clock })
  return { config, clock, trust, audit: new AuditLog({ clock }), events: new EventLog(clock), random: seededRandom(1) }
}

test('no service is called like a part of libp2p', () => {
  expect(Object.values(SERVICE_KEYS).filter(key => LIBP2P_COMPONENTS.includes(key))).toEqual([])
})

test('the list of the parts of libp2p is complete', async () => {
  await using relay = await startLocalNode('relay', { transports: { ...noTransports, tcp: true } })
  const { components } = relay.node.libp2p as unknown as { components: { components: Record<string, unknown> } }
  const parts = Object.keys(components.components).filter(
    key => !(key in relay.node.libp2p.services) && !/^_|-\d+$/.test(key)
  )
  expect(parts.filter(part => !LIBP2P_COMPONENTS.includes(part))).toEqual([])
})

test('a plugin that would replace a part of libp2p is refused', async () => {
  const plugins = { registrar: { create: () => Promise.resolve(() => ({})) } }
  await expect(createServices(plugins, await context())).rejects.toMatchObject({ name: 'ServiceKeyTakenError' })
})

test('the config decides which of the plugins run', async () => {
  const relay = await createServices(allPlugins, await context())
  const always = ['identify', 'identifyPush', 'rpc', 'bootstrap', 'doctor']
  const trust = ['content', 'trustAcl', 'ratings', 'trustAdmin', 'clusterAdmin']
  const [records, seeds, files] = [['registry', 'registryAdmin'], 'seedDiscovery', 'fileTransfer']
  // a relay says in the registry that it is one
  const advertised = ['registry', 'registrations', 'registryAdmin']
  const last = ['contentAdmin', 'relayServer', seeds, files]
  expect(Object.keys(relay)).toEqual([...always, 'dht', ...trust, ...advertised, ...last])
  const nat = { autonat: true, dcutr: true, upnp: true, stun: [] }
  const edge = await createServices(allPlugins, await context(localConfig('edge', { nat, dht: { mode: 'off' } })))
  const reached = ['autonat', 'dcutr', 'upnp']
  expect(Object.keys(edge)).toEqual([...always, ...trust, ...records, ...reached, 'contentAdmin', seeds, files])
})

test('WebRTC between private peers is listened for on relays', async () => {
  const transports = { ...noTransports, webrtc: true, circuit: true }
  const addresses = { listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], private: true }
  const both = await createAddresses(localConfig('edge', { transports, addresses }))
  expect(both.listen).toEqual(['/ip4/127.0.0.1/tcp/0', '/webrtc'])
  const neither = await createAddresses(localConfig('edge', { addresses }))
  expect(neither.listen).toEqual(['/ip4/127.0.0.1/tcp/0'])
})

test('WebRTC-direct gets a port that is free for UDP', async () => {
  const listen = [
    '/ip4/127.0.0.1/udp/0/webrtc-direct',
    '/ip6/::1/udp/0/webrtc-direct',
    '/ip4/127.0.0.1/udp/4003/webrtc-direct'
  ]
  const chosen = await createAddresses(localConfig('relay', { addresses: { listen, announce: [], private: true } }))
  expect(chosen.listen).toEqual([
    expect.stringMatching(/^\/ip4\/127.0.0.1\/udp\/[1-9]\d+\/webrtc-direct$/),
    expect.stringMatching(/^\/ip6\/::1\/udp\/[1-9]\d+\/webrtc-direct$/),
    listen[2]
  ])
})

test('every network has an mDNS service of its own', () => {
  expect(mdnsServiceTag('dev')).toBe('_p2p-dev._udp.local')
})

test('limits of circuits go to the library in the unit that it enforces', () => {
  const { relayService } = localConfig('relay')
  expect(reservationLimits({ ...relayService, circuitDuration: 120_000, circuitBytes: 1_024 })).toMatchObject({
    applyDefaultLimit: true,
    defaultDurationLimit: 120_000,
    defaultDataLimit: 1_024n
  })
})

test('without any limit circuits are unlimited, with one of them the other is as good as', () => {
  const { relayService } = localConfig('relay')
  expect(reservationLimits({ ...relayService, circuitDuration: 'unlimited', circuitBytes: 'unlimited' })).toMatchObject(
    { applyDefaultLimit: false }
  )
  expect(reservationLimits({ ...relayService, circuitDuration: 'unlimited', circuitBytes: 1 })).toMatchObject({
    applyDefaultLimit: true,
    defaultDurationLimit: 2 ** 31 - 1,
    defaultDataLimit: 1n
  })
  expect(reservationLimits({ ...relayService, circuitDuration: 2 ** 40, circuitBytes: 'unlimited' })).toMatchObject({
    defaultDurationLimit: 2 ** 31 - 1,
    defaultDataLimit: 2n ** 63n - 1n
  })
})

test('only listed peers may send files', async () => {
  const [peer, other] = [
    peerIdFromString(PEER),
    peerIdFromString('12D3KooWKL3KaR4rgvdfVr3HB7GUexyNHDCYGo74AnPRCv9YXxHD')
  ]
  expect([senderRule('all')(peer), senderRule([])(peer), senderRule([PEER])(peer), senderRule([PEER])(other)]).toEqual([
    true,
    false,
    true,
    false
  ])
})

test('flags of a role are read', () => {
  const words = '--config a.yaml --preset=dev --set admin.port=0 --set a=b=c --log-level debug --network x --network y'
  const lists = '--seeds /a --seeds /b,/c --set network=z'
  expect(parseRoleFlags(`${words} ${lists}`.split(' '))).toEqual({
    sources: {
      file: 'a.yaml',
      preset: 'dev',
      // --set wins over the flag for the same key, all of a repeated list count
      flags: { 'admin.port': '0', a: 'b=c', 'log.level': 'debug', network: 'z', seeds: '/a,/b,/c' },
      flagNames: { 'log.level': '--log-level', seeds: '--seeds' }
    },
    help: false,
    version: false,
    exitWithParent: false
  })
  expect(parseRoleFlags(['--network', 'x', '--network', 'y']).sources.flags).toEqual({ network: 'y' })
  expect(parseRoleFlags(['--help'])).toMatchObject({ help: true })
  expect(parseRoleFlags(['--exit-with-parent'])).toMatchObject({ exitWithParent: true })
})

test.each([[['--cofnig', 'a']], [['stray']], [['--config']], [['--set', 'admin.port']], [['--set', '=1']]])(
  '%j is a usage error',
  args => {
    expect(() => parseRoleFlags(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', exitCode: 2, hint: expect.any(String) })
    )
  }
)

test('the version is that of the package', () => {
  const { version }: { version: string } = createRequire(import.meta.url)('../package.json')
  expect(VERSION).toBe(version)
})
