import { createHash, randomBytes } from 'node:crypto'
import { open, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand, startCommand } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'
import type { NodeProcess } from '../harness/node-process.ts'

/** Takes some seconds through a relay, so that there is a middle to break it in. */
const LARGE_BYTES = 256 * 2 ** 20

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

async function startForTest(...args: Parameters<typeof startNode>): Promise<NodeProcess> {
  const node = await startNode(...args)
  onTestFinished(() => node[Symbol.asyncDispose]())
  return node
}

/** The TCP address of a node on loopback, with its peer id. */
async function tcpAddress(node: NodeProcess): Promise<string> {
  const { addresses } = await node.ready()
  return addresses.find(address => /\/tcp\/\d+\/p2p\/[^/]+$/.test(address)) ?? ''
}

async function writeLargeFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  for (let written = 0; written < LARGE_BYTES; written += 2 ** 20) {
    const chunk = randomBytes(2 ** 20)
    hash.update(chunk)
    await file.write(chunk)
  }
  await file.close()
  return hash.digest('hex')
}

/** Seed, two relays and an edge that only they reach. */
async function startRelayedNetwork(folder: string) {
  const tcp = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }
  const seed = await startForTest({ role: 'seed', dataDir: join(folder, 'seed'), config: tcp })
  const seeds = [await tcpAddress(seed)]
  const relays = await Promise.all(
    ['relay-1', 'relay-2'].map(
      async name => await startForTest({ role: 'relay', dataDir: join(folder, name), config: { ...tcp, seeds } })
    )
  )
  const relayAddresses = await Promise.all(relays.map(tcpAddress))
  const inbox = join(folder, 'inbox')
  const edge = await startForTest({
    role: 'edge',
    dataDir: join(folder, 'edge'),
    config: {
      addresses: { listen: [] },
      seeds,
      relays: relayAddresses,
      nat: { dcutr: false },
      transports: { webrtc: false },
      files: { inbox, accept: 'all' }
    }
  })
  const { peerId } = await poll(
    async () => {
      const status = await edge.status().catch(() => undefined)
      return status?.reservations.length === 2 ? status : undefined
    },
    { what: 'both reservations' }
  )
  return { seeds, relays, edge, peerId, inbox }
}

function lastEvent(stdout: string): Record<string, unknown> {
  const lines = stdout.trimEnd().split('\n')
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
}

it('resumes through the other relay when the one in use is killed, and the hash matches', async () => {
  const folder = await folderOfTest()
  const { seeds, relays, peerId, inbox } = await startRelayedNetwork(folder)
  const file = join(folder, 'large.bin')
  const sha256 = await writeLargeFile(file)
  const args = ['send', file, peerId, '--preset', 'dev', '--network', 'e2e', '--seeds', seeds.join(','), '--json']
  await using sending = startCommand({ args: [...args, '--data-dir', join(folder, 'sender')] })

  const via = await poll(
    () => {
      const events = sending
        .output()
        .stdout.split('\n')
        .filter(line => line.includes('"sending"'))
      const seen = JSON.parse(events.at(-1) ?? '{"bytes":0}') as { bytes: number; via?: string }
      return seen.bytes > LARGE_BYTES / 8 ? seen.via : undefined
    },
    { what: 'an eighth of the file to be sent' }
  )
  const statuses = await Promise.all(relays.map(async relay => await relay.status()))
  const used = relays[statuses.findIndex(status => status.peerId === via)]
  expect(used).toBeDefined()
  used?.kill('SIGKILL')

  const { code, stdout, stderr } = await sending.result
  expect(code, stderr).toBe(0)
  const event = lastEvent(stdout)
  expect(event).toMatchObject({ event: 'delivered', size: LARGE_BYTES, sha256, path: 'relayed' })
  expect(event['attempts']).toBeGreaterThan(1)
  // the second attempt began where the first had come, not at the start
  expect(event['sentBytes']).toBeLessThan(LARGE_BYTES * 1.5)
  const received = createHash('sha256').update(await readFile(join(inbox, 'large.bin')))
  expect(received.digest('hex')).toBe(sha256)
})

it('sends between two short-lived edges, directly and by address alone', async () => {
  const folder = await folderOfTest()
  const common = ['--preset', 'dev', '--json']
  await using receiving = startCommand({
    args: ['receive', '--out', join(folder, 'inbox'), '--once', ...common, '--data-dir', join(folder, 'receiver')]
  })
  const line = await poll(() => /^\{"event":"listening".*$/m.exec(receiving.output().stdout)?.[0], {
    what: 'listening'
  })
  const { addresses } = JSON.parse(line) as { addresses: string[] }
  const file = join(folder, 'hello.txt')
  await writeFile(file, 'hello')
  const { code, stdout, stderr } = await runCommand({
    args: ['send', file, addresses[0] ?? '', ...common, '--data-dir', join(folder, 'sender')]
  })
  expect(code, stderr).toBe(0)
  expect(lastEvent(stdout)).toMatchObject({ event: 'delivered', size: 5, path: 'direct' })
  expect((await receiving.result).code).toBe(0)
  expect(await readFile(join(folder, 'inbox/hello.txt'), 'utf8')).toBe('hello')
})

it('finds a peer that came back with another address than the one it is remembered by', async () => {
  const folder = await folderOfTest()
  const seed = await startForTest({ role: 'seed', dataDir: join(folder, 'seed') })
  const seeds = [await tcpAddress(seed)]
  const inbox = join(folder, 'inbox')
  const start = async (): Promise<NodeProcess> => {
    const config = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, seeds, files: { inbox, accept: 'all' } }
    return await startForTest({ role: 'edge', dataDir: join(folder, 'edge'), config })
  }
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  const options = ['--preset', 'dev', '--network', 'e2e', '--seeds', seeds.join(), '--data-dir', join(folder, 'sender')]
  const addresses = new Set<string>()
  for (const name of ['first', 'second']) {
    const edge = await start()
    const status = await edge.ready()
    addresses.add(await tcpAddress(edge))
    const { code, stderr } = await runCommand({ args: ['send', file, status.peerId, '--name', name, ...options] })
    expect(code, stderr).toBe(0)
    await edge.stop()
  }
  expect(addresses.size).toBe(2)
  expect((await readdir(inbox)).filter(name => !name.startsWith('.'))).toEqual(['first', 'second'])
})

it('pings a peer and shows round trips, path and transport', async () => {
  const folder = await folderOfTest()
  const seed = await startForTest({ role: 'seed', dataDir: join(folder, 'seed') })
  const args = ['ping', await tcpAddress(seed), '-c', '2', '--preset', 'dev', '--data-dir', join(folder, 'pinger')]
  const { code, stdout, stderr } = await runCommand({ args })
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^PING 12D3\w+ at \/ip4\/127.0.0.1\/tcp\/\d+\/p2p\/\w+: direct over tcp/m)
  expect(stdout).toMatch(/^seq=2 time=\d+\.\d\d ms direct over tcp$/m)
  expect(stdout).toMatch(/^2 sent, 2 received; round trip min\/avg\/max = /m)
})

it.each([
  ['a malformed multiaddr', '/ip4/127.0.0.1/tcp/notaport', /PeerArgumentError[\s\S]*hint:/, 2],
  ['an address without a peer id', '/ip4/127.0.0.1/tcp/4001', /PeerArgumentError[\s\S]*hint:/, 2],
  ['something that is no peer', 'bob', /PeerArgumentError[\s\S]*hint:/, 2]
])('send and ping refuse %s', async (_what, peer, message, exitCode) => {
  const folder = await folderOfTest()
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  for (const command of [
    ['send', file, peer],
    ['ping', peer]
  ]) {
    const { code, stderr } = await runCommand({
      args: [...command, '--preset', 'dev', '--data-dir', join(folder, 'data')]
    })
    expect(stderr).toMatch(message)
    expect(code).toBe(exitCode)
  }
})

it('send names what is wrong with a peer that is not there, or is another one', async () => {
  const folder = await folderOfTest()
  const seed = await startForTest({ role: 'seed', dataDir: join(folder, 'seed') })
  const address = await tcpAddress(seed)
  const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  const peers = [address.replace(/[^/]+$/, stranger), `/ip4/127.0.0.1/tcp/1/p2p/${stranger}`]
  for (const peer of peers) {
    const args = ['send', file, peer, '--preset', 'dev', '--data-dir', join(folder, 'data')]
    const { code, stderr } = await runCommand({ args })
    expect(stderr).toMatch(/PeerUnreachableError[\s\S]*hint:/)
    expect(code).toBe(1)
  }
})

it('send keeps what arrived when it is interrupted, and goes on from there', async () => {
  const folder = await folderOfTest()
  const { seeds, peerId, inbox } = await startRelayedNetwork(folder)
  const file = join(folder, 'large.bin')
  const sha256 = await writeLargeFile(file)
  const args = ['send', file, peerId, '--preset', 'dev', '--network', 'e2e', '--seeds', seeds.join(','), '--json']
  const withIdentity = [...args, '--data-dir', join(folder, 'sender')]
  await using first = startCommand({ args: withIdentity })
  await poll(() => (/"bytes":\d{8}/.test(first.output().stdout) ? true : undefined), { what: 'some bytes to be sent' })
  first.process.kill('SIGINT')
  expect((await first.result).code).toBe(130)
  expect(await readdir(inbox)).not.toContain('large.bin')

  const second = await runCommand({ args: withIdentity })
  expect(second.code, second.stderr).toBe(0)
  expect(lastEvent(second.stdout)).toMatchObject({ event: 'delivered', sha256 })
  expect(lastEvent(second.stdout)['sentBytes']).toBeLessThan(LARGE_BYTES)
})
