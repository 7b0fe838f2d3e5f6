import { join } from 'node:path'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import type { ConfigSources } from '../../src/config/index.ts'
import { nestValues, valueAt } from '../../src/config/nesting.ts'
import { configLeaves } from '../../src/config/tree.ts'
import { writeFiles } from './scratch-folder.ts'

/** An IPNS name. */
const NAME = 'k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8'
const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const CERTIFICATE = { 'tls.certFile': '/cert.pem', 'tls.keyFile': '/key.pem' }

/** Who keeps leases: for a pool. */
const KEEPERS = new Set(['directory', 'postgresFile', 'ordinal'].map(key => `identity.pool.lease.${key}`))

/** Five different values for every key: one for each layer above the constants, and one to spare. */
const values: Record<string, unknown[]> = {
  role: ['seed', 'relay', 'edge', 'seed', 'relay'],
  'addresses.listen': numbered(index => [`/ip4/127.0.0.1/tcp/${5000 + index}`]),
  'addresses.announce': numbered(index => [`/ip4/203.0.113.${index}/tcp/4001`]),
  seeds: numbered(index => [`/ip4/203.0.113.${index}/tcp/4001/p2p/${PEER}`]),
  relays: numbered(index => [`/ip4/203.0.113.${index}/tcp/4001/p2p/${PEER}`]),
  encrypters: [['tls'], ['noise'], ['noise', 'tls'], ['tls', 'noise'], ['tls']],
  'dht.mode': ['client', 'off', 'client', 'off', 'client'],
  'nat.stun': numbered(index => [`stun:192.0.2.${index}:3478`]),
  'files.accept': ['all', [PEER], [], 'all', [PEER, PEER]],
  'files.maxFileSize': numbered(index => `${index}GiB`),
  'relayService.circuitBytes': ['1MiB', 'unlimited', '2KiB', '3GiB', 'unlimited'],
  'relayService.circuitDuration': ['1m', 'unlimited', '2h', '3s', 'unlimited'],
  'admin.host': ['::1', 'localhost', '127.0.0.1', '::1', 'localhost'],
  'admin.names': numbered(index => [`node-${index}.example.org`]),
  'trust.grants': [{ admin: [PEER] }, { 'tunnel:web': 'anyone' }, {}, { a: [], b: [PEER, PEER] }, { c: 'anyone' }],
  'trust.matrix': [
    { 'offer-relay': 'none' },
    { 'protocol:/x/1': 'peer' },
    {},
    { 'use-as-relay': ['peer', 'ultimate'], admin: [] },
    { 'tunnel:web': 'trusted' }
  ],
  'trust.entries': numbered(index => [{ label: `friend-${index}`, pubkey: PEER, kind: 'peer', trustlevel: 'peer' }]),
  'trust.mirrors': numbered(index => [`https://mirror-${index}.example.org`]),
  'trust.rules.default': ['deny', 'allow', 'deny', 'allow', 'deny'],
  'trust.rules.allow': numbered(index => [`198.51.100.${index}`]),
  'trust.rules.deny': numbered(index => [`2001:db8:${index}::/48`]),
  'trust.rules.files': numbered(index => [{ path: `/rules-${index}.txt`, action: 'deny' }]),
  'trust.rules.feeds': numbered(index => [{ url: `https://feed-${index}.example.org`, action: 'deny', refresh: '5m' }]),
  'identity.pool.lease.ordinal': numbered(String),
  'cluster.name': numbered(index => `cluster-${index}`),
  'cluster.key': [PEER, NAME, PEER, NAME, PEER],
  'cluster.trustlevel': ['marginal', 'trusted', 'advanced', 'ultimate', 'trusted'],
  'discovery.dns': numbered(index => [`seeds-${index}.example.org`]),
  'discovery.dnsServers': numbered(index => [`192.0.2.${index}:53`]),
  'discovery.urls': numbered(index => [`https://seeds-${index}.example.org`]),
  'registry.maxBytes': numbered(index => `${index}GiB`),
  'registry.region': numbered(index => `region-${index}`),
  'registry.capabilities': numbered(index => [{ name: `job-${index}`, numbers: { cores: index } }]),
  'registry.rendezvous': numbered(index => [`game-${index}`]),
  'content.maxBytes': numbered(index => `${index}GiB`),
  'delegate.use': numbered(index => [`/ip4/203.0.113.${index}/tcp/4001/p2p/${PEER}`]),
  'delegate.http': numbered(index => ({ host: '127.0.0.1', port: index })),
  'delegate.quotas': numbered(index => ({ none: { callsPerMinute: index, bytesPerHour: `${index}MiB` } })),
  'tunnels.expose': numbered(index => [{ name: `web-${index}`, target: '127.0.0.1:80', allow: [PEER] }]),
  'tunnels.forward': numbered(index => [{ local: `127.0.0.1:${index}`, peer: PEER, name: 'web' }]),
  plugins: numbered(index => [{ package: `waystone-${index}`, config: { deep: { list: [1, 'b'] } }, optional: true }]),
  'log.level': ['trace', 'debug', 'warn', 'error', 'silent'],
  'log.format': ['json', 'pretty', 'auto', 'json', 'pretty'],
  network: numbered(index => `network-${index}`)
}

function numbered<T>(create: (index: number) => T): T[] {
  return [1, 2, 3, 4, 5].map(create)
}

function valuesFor(path: string): unknown[] {
  const { schema, isPath } = configLeaves.get(path) ?? {}
  if (isPath) return numbered(index => `/folder/${index}`)
  const own = values[path]
  if (own !== undefined) return own
  const guesses = [numbered(index => index % 2 === 0), numbered(index => index + 10), numbered(index => `${index}m`)]
  const fitting = guesses.find(([guess]) => schema?.safeParse(guess).success)
  if (fitting === undefined) throw new Error(`no values for ${path}`)
  return fitting
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.every(item => typeof item === 'string') ? value.join(',') : flow(value)
  return typeof value === 'object' && value !== null ? flow(value) : String(value)
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow' })
}

/** Keys that cannot be changed alone. */
function needsFor(path: string): Record<string, unknown> {
  if (path.startsWith('tls.')) return CERTIFICATE
  if (path.startsWith('admin.tls.')) return { 'admin.tls.certFile': '/cert.pem', 'admin.tls.keyFile': '/key.pem' }
  if (path === 'cluster.file') return { 'cluster.key': NAME, 'cluster.record': '/record' }
  if (path === 'cluster.record') return { 'cluster.key': NAME, 'cluster.file': '/file' }
  if (/^(cluster\.(name|trustlevel)|discovery\.(dns|urls))$/.test(path)) return { 'cluster.key': NAME }
  if (KEEPERS.has(path)) return { 'identity.pool.folder': '/pool' }
  if (path === 'transports.circuit') return { 'transports.webrtc': false }
  // what is no edge serves others, and for that it has to listen
  if (path === 'role') return { 'addresses.listen': ['/ip4/127.0.0.1/tcp/0'] }
  if (path === 'relayService.enabled') return { role: 'relay', 'addresses.listen': ['/ip4/127.0.0.1/tcp/0'] }
  return {}
}

const LAYERS = ['preset', 'file', 'environment', 'flag'] as const
type LayerName = (typeof LAYERS)[number]

function yamlOf(flat: Record<string, unknown>): string {
  return stringify(nestValues(path => flat[path]))
}

async function sourcesFor(path: string, layers: readonly LayerName[]): Promise<ConfigSources> {
  const [preset, file, environment, flag] = valuesFor(path)
  const has = (layer: LayerName): boolean => layers.includes(layer)
  const folder = await writeFiles({
    'preset.yaml': yamlOf({ ...needsFor(path), ...(has('preset') && { [path]: preset }) }),
    'file.yaml': yamlOf(has('file') ? { [path]: file } : {})
  })
  const variable = configLeaves.get(path)?.variable ?? ''
  return {
    preset: join(folder, 'preset.yaml'),
    file: join(folder, 'file.yaml'),
    env: has('environment') ? { [variable]: asText(environment) } : {},
    flags: has('flag') ? { [path]: asText(flag) } : {},
    cwd: folder,
    home: folder
  }
}

describe('the order of the layers', () => {
  test('the highest layer that sets a key wins, for every key and every choice of layers', async () => {
    const paths = fc.constantFrom(...configLeaves.keys())
    await fc.assert(
      fc.asyncProperty(paths, fc.subarray([...LAYERS], { minLength: 1 }), async (path, layers) => {
        const { input, origins } = await loadConfig(await sourcesFor(path, layers))
        const top = layers.at(-1) ?? 'preset'
        expect(valueAt(input, path)).toEqual(valuesFor(path)[LAYERS.indexOf(top)])
        expect(origins.get(path)?.kind).toBe(top)
      }),
      { numRuns: 150 }
    )
  })

  test('every key can be set by its variable and by --set, with the same outcome', async () => {
    for (const path of configLeaves.keys()) {
      const byVariable = await loadConfig(await sourcesFor(path, ['environment']))
      const bySet = await loadConfig({
        ...(await sourcesFor(path, [])),
        flags: { [path]: asText(valuesFor(path)[2]) }
      })
      const wanted = { path, value: valuesFor(path)[2] }
      expect({ path, value: valueAt(byVariable.input, path) }).toEqual(wanted)
      expect({ path, value: valueAt(bySet.input, path) }).toEqual(wanted)
    }
  })

  test('no two keys share a variable', () => {
    const variables = [...configLeaves.values()].map(({ variable }) => variable)
    expect(new Set(variables).size).toBe(variables.length)
    expect(configLeaves.get('relayService.maxReservations')?.variable).toBe('WAYSTONE_RELAY_SERVICE_MAX_RESERVATIONS')
  })

  test('every key is described', () => {
    const silent = [...configLeaves.values()].filter(({ description }) => description === '')
    expect(silent.map(({ path }) => path)).toEqual([])
  })

  test('a key that a file leaves out keeps the value of the preset, also in the same section', async () => {
    const folder = await writeFiles({ 'my.yaml': 'extends: relay\nrelayService:\n  maxReservations: 7\n' })
    const { config } = await loadConfig({ file: join(folder, 'my.yaml') })
    expect(config.relayService).toMatchObject({ enabled: true, maxReservations: 7, reservationTtl: 3_600_000 })
  })

  test('an empty variable is an empty list, and a list is trimmed', async () => {
    const env = { WAYSTONE_SEEDS: '', WAYSTONE_NAT_STUN: 'stun:a:1 , stun:b:2' }
    const { config } = await loadConfig({ env })
    expect(config.seeds).toEqual([])
    expect(config.nat.stun).toEqual(['stun:a:1', 'stun:b:2'])
  })

  test('a map or a list of maps is YAML in a variable, and an empty text an empty one', async () => {
    const env = {
      WAYSTONE_TRUST_GRANTS: `{admin: [${PEER}], "tunnel:web": anyone}`,
      WAYSTONE_TUNNELS_EXPOSE: '[{"name":"web","target":"[::1]:80"}]',
      WAYSTONE_TUNNELS_FORWARD: ' ',
      WAYSTONE_ADMIN_TLS_CERT_FILE: '/c',
      WAYSTONE_ADMIN_TLS_KEY_FILE: '/k'
    }
    const { config } = await loadConfig({ env, flags: { plugins: '' } })
    expect(config.trust.grants).toEqual({ admin: [PEER], 'tunnel:web': 'anyone' })
    expect(config.tunnels).toEqual({ expose: [{ name: 'web', target: '[::1]:80' }], forward: [] })
    expect(config.admin.tls).toEqual({ certFile: '/c', keyFile: '/k' })
  })

  test('the passphrase of the identity is no part of the configuration', async () => {
    const loaded = await loadConfig({ env: { WAYSTONE_IDENTITY_PASSPHRASE: 'barley', WAYSTON: 'x', PATH: '/bin' } })
    expect(JSON.stringify([loaded.input, [...loaded.origins]])).not.toContain('barley')
  })

  test('the result is frozen to its leaves', async () => {
    const { config } = await loadConfig({ preset: 'seed' })
    expect(() => config.addresses.listen.push('/ip4/127.0.0.1/tcp/1')).toThrow(TypeError)
    expect(() => Object.assign(config.log, { level: 'trace' })).toThrow(TypeError)
  })
})

describe('paths', () => {
  test('a relative path starts at the file that names it, or at the working folder; ~ is the home folder', async () => {
    const folder = await writeFiles({ 'my.yaml': 'dataDir: data\ntls: { certFile: ~/c.pem, keyFile: ../k.pem }\n' })
    const { config } = await loadConfig({
      file: 'my.yaml',
      env: { WAYSTONE_FILES_INBOX: 'inbox' },
      flags: { 'identity.keyFile': '/abs/key' },
      cwd: folder,
      home: '/home/ada'
    })
    expect(config.dataDir).toBe(join(folder, 'data'))
    expect(config.tls).toEqual({ certFile: '/home/ada/c.pem', keyFile: join(folder, '..', 'k.pem') })
    expect(config.files.inbox).toBe(join(folder, 'inbox'))
    expect(config.identity.keyFile).toBe('/abs/key')
  })

  test('inside lists start there too; names of packages and TCP ports stay as they are', async () => {
    const folder = await writeFiles({
      'my.yaml': `admin: { socket: run/admin.sock }
tunnels:
  expose: [{ name: a, target: 'unix:web.sock' }, { name: b, target: '127.0.0.1:80' }]
  forward: [{ local: 'unix:~/f.sock', peer: ${PEER}, name: a }, { local: 8080, peer: ${PEER}, name: b }]
plugins: [{ package: ./mine }, { package: waystone-hello, config: { file: ./stays } }]
`
    })
    const flags = { 'files.inbox': 'inbox' }
    const { config, origins } = await loadConfig({ file: join(folder, 'my.yaml'), flags, cwd: '/work', home: '/h' })
    expect(config.admin.socket).toBe(join(folder, 'run/admin.sock'))
    expect(config.tunnels.expose.map(({ target }) => target)).toEqual([`unix:${folder}/web.sock`, '127.0.0.1:80'])
    expect(config.tunnels.forward.map(({ local }) => local)).toEqual(['unix:/h/f.sock', '8080'])
    const waystoneHello = { package: 'waystone-hello', config: { file: './stays' } }
    expect(config.plugins).toEqual([{ package: join(folder, 'mine') }, waystoneHello])
    // packages are looked for from there
    expect(origins.get('plugins')?.folder).toBe(folder)
    expect(origins.get('files.inbox')?.folder).toBe('/work')
  })

  test('the data folder is named after the role', async () => {
    for (const preset of ['seed', 'relay', 'edge', 'dev']) {
      const { config } = await loadConfig({ preset, home: '/home/ada' })
      expect(config.dataDir).toBe(`/home/ada/.waystone/${preset}`)
    }
  })
})

describe('the role that is about to run', () => {
  test('chooses the preset when nothing else does', async () => {
    const folder = await writeFiles({ 'my.yaml': 'network: lighthouse\n' })
    const { config } = await loadConfig({ role: 'relay', file: join(folder, 'my.yaml') })
    expect(config).toMatchObject({ role: 'relay', network: 'lighthouse', dht: { mode: 'server' } })
  })

  test('may not differ from the one in the configuration', async () => {
    await expect(loadConfig({ role: 'relay', preset: 'seed' })).rejects.toThrow(
      "seed.yaml:4:1 role = 'seed': must be relay: that is what this command runs"
    )
  })

  test('is taken when a preset without a role is chosen', async () => {
    const folder = await writeFiles({ 'mine.yaml': 'network: mine\naddresses: { listen: [/ip4/127.0.0.1/tcp/0] }\n' })
    const { config } = await loadConfig({ role: 'seed', preset: join(folder, 'mine.yaml'), home: '/h' })
    expect(config).toMatchObject({ role: 'seed', dataDir: '/h/.waystone/seed' })
  })
})

describe('choosing file and preset', () => {
  test('a preset by flag wins over the variable, which wins over the file', async () => {
    const folder = await writeFiles({ 'my.yaml': 'extends: relay\n' })
    const env = { WAYSTONE_PRESET: 'seed', WAYSTONE_CONFIG: join(folder, 'my.yaml') }
    expect((await loadConfig({ env: { WAYSTONE_CONFIG: env.WAYSTONE_CONFIG } })).config.role).toBe('relay')
    expect((await loadConfig({ env })).config.role).toBe('seed')
    expect((await loadConfig({ env, preset: 'edge' })).config.role).toBe('edge')
  })
})
