import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findNearest } from '../../src/config/nearest.ts'
import { configLeaves, sectionPaths } from '../../src/config/tree.ts'
import { errorOf, linesOf, problemsOf } from './rejection.ts'
import { writeFiles } from './scratch-folder.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

async function linesOfFile(text: string): Promise<string[]> {
  const cwd = await writeFiles({ 'my.yaml': text })
  return linesOf({ file: 'my.yaml', cwd })
}

describe('an unknown key', () => {
  test.each([
    ['conections:\n  max: 3\n', 'my.yaml:1:1 conections = { max: 3 }: unknown key; nearest is connections'],
    ['rolle: seed\n', "my.yaml:1:1 rolle = 'seed': unknown key; nearest is role"],
    [
      'network: a\n\nrelayService:\n  maxReservation: 5\n',
      'my.yaml:4:3 relayService.maxReservation = 5: unknown key; nearest is relayService.maxReservations'
    ],
    ['maxReservations: 5\n', 'my.yaml:1:1 maxReservations = 5: unknown key; nearest is relayService.maxReservations'],
    ['nat: { enabled: true }\n', 'my.yaml:1:8 nat.enabled = true: unknown key; nearest is mdns.enabled'],
    ['dht: { Mode: server }\n', "my.yaml:1:8 dht.Mode = 'server': unknown key; nearest is dht.mode"],
    ['1: 2\n', 'my.yaml:1:1 1 = 2: unknown key; nearest is tls']
  ])('in a file is refused with its place, path, value and the nearest one: %j', async (text, line) => {
    expect(await linesOfFile(text)).toEqual([line])
  })

  test('in a preset is refused', async () => {
    const cwd = await writeFiles({ 'mine.yaml': 'log: { levle: debug }\n' })
    expect(await linesOf({ preset: './mine.yaml', cwd })).toEqual([
      "./mine.yaml:1:8 log.levle = 'debug': unknown key; nearest is log.level"
    ])
  })

  test('in the environment is refused as a variable', async () => {
    expect(await linesOf({ env: { WAYSTONE_LOG_LEVLE: 'debug' } })).toEqual([
      "WAYSTONE_LOG_LEVLE = 'debug': unknown variable; nearest is WAYSTONE_LOG_LEVEL"
    ])
  })

  test('in a flag is refused, and so is a whole section', async () => {
    expect(await linesOf({ flags: { 'admin.prot': '0', dht: 'server' } })).toEqual([
      "--set admin.prot = '0': unknown key; nearest is admin.port",
      "--set dht = 'server': unknown key; nearest is dht"
    ])
  })

  test('that may hold a secret is refused without showing it', async () => {
    const lines = [
      ...(await linesOf({ env: { WAYSTONE_IDENTITY_PASSPHRAS: 'barley' } })),
      ...(await linesOfFile('identity:\n  passphrase: barley\n'))
    ]
    expect(lines.join('\n')).not.toContain('barley')
    expect(lines[0]).toContain('nearest is WAYSTONE_IDENTITY_PASSPHRASE')
  })

  test('named like a part of every object is unknown too', async () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const [first] = await linesOfFile(`${key}: { polluted: true }\nlog:\n  ${key}: 1\n`)
      expect(first).toContain(`my.yaml:1:1 ${key} = `)
      expect(await linesOf({ flags: Object.fromEntries([[key, '1']]) })).toHaveLength(1)
    }
    expect({}).not.toHaveProperty('polluted')
  })

  test('never finds a nearest one that does not exist, and finds each key for itself', () => {
    const known = [...configLeaves.keys(), ...sectionPaths]
    fc.assert(fc.property(fc.string({ maxLength: 300 }), text => known.includes(findNearest(text, known))))
    for (const path of known) expect(findNearest(path, known)).toBe(path)
  })

  test('with one letter left out, finds the key again', () => {
    const known = [...configLeaves.keys(), ...sectionPaths]
    const paths = known.filter(path => path.length > 5)
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(), (path, place) => {
        const at = place % path.length
        const wrong = path.slice(0, at) + path.slice(at + 1)
        fc.pre(!known.includes(wrong) && path[at] !== '.')
        expect(findNearest(wrong, known)).toBe(path)
      })
    )
  })
})

describe('a wrong value', () => {
  test.each([
    ['role: sead\n', "role = 'sead': must be one of seed, relay, edge"],
    ['network: Not Valid\n', "network = 'Not Valid': must be 1-32 of a-z, 0-9 and -"],
    ['dataDir: 5\n', 'dataDir = 5: must be a text'],
    ['dataDir: ""\n', "dataDir = '': must not be empty"],
    ['dataDir:\n', 'dataDir = null: must be a text'],
    ['admin: { port: "9091" }\n', "admin.port = '9091': must be a number"],
    ['admin: { port: 1.5 }\n', 'admin.port = 1.5: must be a whole number'],
    ['admin: { port: 65536 }\n', 'admin.port = 65536: must be at most 65535'],
    ['admin: { port: -1 }\n', 'admin.port = -1: must be at least 0'],
    ['admin: { host: "127.0.0.1:80" }\n', "admin.host = '127.0.0.1:80': must be an IP or a host name, without a port"],
    ['admin: { names: ["a b"] }\n', "admin.names.0 = 'a b': must be an IP or a host name, without a port"],
    ['admin: { tls: cert.pem }\n', "admin.tls = 'cert.pem': must have keys below it: certFile, keyFile"],
    ['trust: { grants: [admin] }\n', "trust.grants = [ 'admin' ]: must be keys with values"],
    ['trust: { grants: { admin: bob } }\n', /trust\.grants\.admin = 'bob': must be a list of peer ids .*, or anyone/],
    ['trust: { grants: { "*": anyone } }\n', /grants.*= 'anyone': must be one function .* there is no wildcard/],
    ['trust: { grants: { "tunnel:*": anyone } }\n', /grants.*= 'anyone': must be one function .* there is no wildcard/],
    ['plugins: [hello]\n', "plugins.0 = 'hello': must be keys with values"],
    ['plugins: [{ config: {} }]\n', 'plugins.0.package: is missing'],
    ['plugins: [{ package: a, config: [] }]\n', 'plugins.0.config = []: must be keys with values'],
    [
      'plugins: [{ package: a, optionl: true }]\n',
      'plugins.0.optionl = true: unknown key; nearest is plugins.0.optional'
    ],
    [
      'tunnels: { expose: [{ name: A, target: "a:1" }] }\n',
      "tunnels.expose.0.name = 'A': must be 1-32 of a-z, 0-9 and -"
    ],
    ...['80', 'a', 'a:0', 'a:70000', '::1:80', '[a]:80', 'a b:80', 'unix:', 'http://a:80'].map(
      (target): [string, RegExp] => [
        `tunnels: { expose: [{ name: a, target: "${target}" }] }\n`,
        /tunnels\.expose\.0\.target = .*: must be host:port such as 127\.0\.0\.1:80, or unix:\/path/
      ]
    ),
    [
      `tunnels: { forward: [{ local: a, peer: ${PEER}, name: a }] }\n`,
      "tunnels.forward.0.local = 'a': must be host:port, a port such as 8080, or unix:/path"
    ],
    [
      'tunnels: { forward: [{ local: 80, peer: bob, name: a }] }\n',
      "tunnels.forward.0.peer = 'bob': must be a peer id such as 12D3KooW…, or a multiaddr that ends in one"
    ],
    ['transports: { tcp: yes }\n', "transports.tcp = 'yes': must be true or false"],
    ['transports: tcp\n', /transports = 'tcp': must have keys below it: tcp, ws, quic/],
    ['connections: [1]\n', /connections = \[ 1 \]: must have keys below it/],
    ['encrypters: []\n', 'encrypters = []: must not be empty'],
    ['encrypters: tls\n', "encrypters = 'tls': must be a list"],
    ['encrypters: [plaintext]\n', "encrypters.0 = 'plaintext': must be one of tls, noise"],
    ['mdns: { interval: 20 }\n', 'mdns.interval = 20: must be a duration such as 500ms, 30s, 2m, 1h or 7d'],
    ['mdns: { interval: 0s }\n', "mdns.interval = '0s': must be between 1ms and 24d"],
    ['mdns: { interval: 30d }\n', "mdns.interval = '30d': must be between 1ms and 24d"],
    ['files: { maxFileSize: 5GB }\n', "files.maxFileSize = '5GB': must be a size such as 512B, 64KiB, 10MiB or 1GiB"],
    ['files: { maxFileSize: 0B }\n', "files.maxFileSize = '0B': must be between 1B and 8388607GiB"],
    ['files: { accept: some }\n', "files.accept = 'some': must be a list of peer ids such as 12D3KooW…, or all"],
    ['files: { accept: [bob] }\n', /files\.accept.* = .*bob.*: must be a/],
    ['relayService: { circuitBytes: lots }\n', /circuitBytes = 'lots': must be a size .*, or unlimited/],
    ['addresses: { listen: [127.0.0.1:4001] }\n', /addresses\.listen\.0 = '127.0.0.1:4001': must be a multiaddr/],
    ['addresses: { listen: [/ip4/999.0.0.1/tcp/1] }\n', /addresses\.listen\.0 .*must be a multiaddr/],
    ['seeds: [/ip4/192.0.2.1/tcp/4001]\n', /seeds\.0 .*must end in the peer id/],
    ['relays: [/ip4/192.0.2.1/tcp/4001/p2p/nobody]\n', /relays\.0 .*must end in the peer id/],
    ['nat: { stun: [https://example.org] }\n', /nat\.stun\.0 .*must be a STUN URL/]
  ])('is refused with its path and value: %j', async (text, line) => {
    const lines = await linesOfFile(text)
    expect(lines).toEqual([expect.stringMatching(typeof line === 'string' ? wholeLine(line) : line)])
  })

  test('inside a list of maps is named with its own line', async () => {
    const text = 'tunnels:\n  expose:\n    - name: web\n      traget: a:1\n    - name: ssh\n      target: 22\n'
    expect(await linesOfFile(text)).toEqual([
      'my.yaml:3:7 tunnels.expose.0.target: is missing',
      "my.yaml:4:7 tunnels.expose.0.traget = 'a:1': unknown key; nearest is tunnels.expose.0.target",
      'my.yaml:6:7 tunnels.expose.1.target = 22: must be a text'
    ])
  })

  test('in a map written into a variable is named with its key', async () => {
    expect(await linesOf({ env: { WAYSTONE_TUNNELS_EXPOSE: '[{name: a, target: "b:1", tagret: c}]' } })).toEqual([
      "WAYSTONE_TUNNELS_EXPOSE tunnels.expose.0.tagret = 'c': unknown key; nearest is tunnels.expose.0.target"
    ])
  })

  test('in a variable that is no YAML is named with the reason', async () => {
    const flags = { 'trust.grants': '{admin: [', plugins: 'x'.repeat(70_000), 'tunnels.expose': '&a [*a]' }
    expect(await linesOf({ flags })).toEqual([
      expect.stringMatching(/^--set trust\.grants = '\{admin: \[': is not YAML: /),
      expect.stringMatching(/^--set plugins = .*: is not YAML: longer than 64 KiB$/),
      expect.stringMatching(/^--set tunnels\.expose = .*: is not YAML: /)
    ])
    const bomb = `{a: &a [x,x,x,x,x,x,x,x,x], b: &b [*a,*a,*a,*a,*a,*a,*a,*a], c: [*b,*b,*b,*b,*b,*b,*b,*b]}`
    expect(await linesOf({ flags: { 'trust.grants': bomb } })).toEqual([expect.stringContaining('alias')])
  })

  test('named like a part of every object is wrong inside maps too', async () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const text = `[{name: a, target: "b:1", ${key}: {polluted: true}}]`
      expect(await linesOf({ flags: { 'tunnels.expose': text } })).toEqual([expect.stringContaining('unknown key')])
    }
    expect({}).not.toHaveProperty('polluted')
  })

  test('of a list item is named with the line of the item', async () => {
    expect(await linesOfFile('encrypters:\n  - tls\n  - rot13\n')).toEqual([
      "my.yaml:3:5 encrypters.1 = 'rot13': must be one of tls, noise"
    ])
  })

  test('is refused even where a higher layer hides it', async () => {
    const cwd = await writeFiles({ 'my.yaml': 'admin: { port: none }\n' })
    expect(await linesOf({ file: 'my.yaml', cwd, flags: { 'admin.port': '0' } })).toEqual([
      "my.yaml:1:10 admin.port = 'none': must be a number"
    ])
  })

  test('in a variable or flag is named with it', async () => {
    const flags = { 'log.level': 'loud', 'admin.port': '0x10' }
    const flagNames = { 'log.level': '--log-level' }
    expect(await linesOf({ env: { WAYSTONE_ADMIN_PORT: '' }, flags, flagNames })).toEqual([
      "WAYSTONE_ADMIN_PORT admin.port = '': must be a number",
      "--log-level log.level = 'loud': must be one of trace, debug, info, warn, error, silent",
      "--set admin.port = '0x10': must be a number"
    ])
  })

  test('does not stop the search: every problem is named at once', async () => {
    const cwd = await writeFiles({ 'my.yaml': 'rolle: seed\nadmin: { port: x, hots: y }\n' })
    const error = await errorOf({ file: 'my.yaml', cwd, env: { WAYSTONE_X: '1' } })
    expect(error).toMatchObject({ name: 'ConfigInvalidError', exitCode: 2, hint: expect.any(String) })
    expect(error.message.split('\n')).toHaveLength(5)
    expect(error.message).toMatch(/^4 problems\n {2}my.yaml:1:1 rolle/)
  })

  test('in great numbers is cut off', async () => {
    const cwd = await writeFiles({ 'my.yaml': Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`).join('\n') })
    expect(await problemsOf({ file: 'my.yaml', cwd })).toHaveLength(100)
    expect(await problemsOf({ env: { WAYSTONE_SEEDS: 'x,'.repeat(5_000) } })).toHaveLength(100)
    const { message } = await errorOf({ file: 'my.yaml', cwd })
    expect(message).toMatch(/and 80 more$/)
    expect(message.split('\n')).toHaveLength(22)
  })

  test('brings no control characters and no endless text to the terminal', async () => {
    const text = `"\\e[2J${'k'.repeat(900)}": "\\e[31m${'v'.repeat(5_000)}"\n`
    const [line = ''] = await linesOfFile(text)
    expect(line).not.toContain('\u001B')
    expect(line.length).toBeLessThan(600)
  })
})

function wholeLine(text: string): RegExp {
  return new RegExp(`^my.yaml:1:\\d+ ${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`)
}
