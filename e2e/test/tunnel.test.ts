import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand, startCommand } from '../harness/command.ts'
import { debianProgram } from '../harness/debian.ts'
import { startNginx } from '../harness/nginx.ts'
import { startNode } from '../harness/node-process.ts'
import type { AddressInfo } from 'node:net'
import type { RunningCommand } from '../harness/command.ts'
import type { NodeProcess } from '../harness/node-process.ts'

const FILE_BYTES = 100 * 2 ** 20

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

function commandForTest(args: string[]): RunningCommand {
  const command = startCommand({ args })
  onTestFinished(() => command[Symbol.asyncDispose]())
  return command
}

const TCP = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }
/** Reached through its relays and no other way, also later. */
const HIDDEN = { addresses: { listen: [] }, nat: { dcutr: false }, transports: { webrtc: false } }

async function addressOf(node: NodeProcess): Promise<string> {
  const { addresses } = await node.ready()
  return addresses.find(text => /\/tcp\/\d+\/p2p\/[^/]+$/.test(text)) ?? ''
}

/** A seed and a relay, with the limits of the dev preset. */
async function startRelay(folder: string): Promise<{ seeds: string[]; relays: string[] }> {
  const seed = await startForTest({ role: 'seed', dataDir: join(folder, 'seed'), config: TCP })
  const seeds = [await addressOf(seed)]
  const relay = await startForTest({ role: 'relay', dataDir: join(folder, 'relay'), config: { ...TCP, seeds } })
  return { seeds, relays: [await addressOf(relay)] }
}

type Event = Record<string, unknown> & { event: string }

function eventsOf(command: RunningCommand): Event[] {
  const lines = command.output().stdout.split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as Event)
}

async function eventOf(command: RunningCommand, kind: string): Promise<Event> {
  let ended: number | string | undefined
  void command.result.then(({ code }) => (ended = code))
  return await poll(
    () => {
      const found = eventsOf(command).find(({ event }) => event === kind)
      if (found === undefined && ended !== undefined) throw new Error(`ended with ${ended}: ${command.output().stderr}`)
      return found
    },
    { what: kind, ms: 60_000 }
  )
}

async function writeRandom(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  for (let written = 0; written < bytes; written += 2 ** 20) {
    const chunk = randomBytes(2 ** 20)
    hash.update(chunk)
    await file.write(chunk)
  }
  await file.close()
  return hash.digest('hex')
}

/** What curl prints, hashed while it comes. */
async function curlHash(...args: string[]): Promise<string> {
  const child = spawn(await debianProgram('curl'), ['--silent', '--show-error', '--fail', ...args])
  const hash = createHash('sha256')
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => hash.update(chunk))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`curl ended with ${code}: ${said}`)
  return hash.digest('hex')
}

async function configFile(folder: string, name: string, config: Record<string, unknown>): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  const all = { extends: 'dev', role: 'edge', network: 'e2e', dataDir: join(folder, name), ...config }
  await writeFile(file, stringify(all))
  return file
}

it('serves 100 MiB from nginx on an edge that only a relay reaches, through a forward on another edge', async () => {
  const folder = await folderOfTest()
  const { seeds, relays } = await startRelay(folder)
  await using nginx = await startNginx(join(folder, 'nginx'))
  const sha256 = await writeRandom(join(nginx.root, 'large.bin'), FILE_BYTES)

  const hidden = await configFile(folder, 'hidden', { ...HIDDEN, seeds, relays })
  const target = `127.0.0.1:${nginx.port}`
  const exposing = commandForTest(['expose', 'web', target, '--allow-anyone', '--config', hidden, '--json'])
  const exposed = await eventOf(exposing, 'exposed')
  expect(exposed['addresses']).not.toEqual([])
  expect((exposed['addresses'] as string[]).filter(address => !address.includes('/p2p-circuit'))).toEqual([])

  const other = await configFile(folder, 'other', { ...TCP, seeds })
  const peer = String(exposed['peer'])
  const forwarding = commandForTest(['forward', '0', peer, 'web', '--config', other, '--json'])
  const { address } = await eventOf(forwarding, 'listening')
  expect(await curlHash(`http://${String(address)}/large.bin`)).toBe(sha256)

  expect(await eventOf(forwarding, 'opened')).toMatchObject({ peer, path: 'relayed', transport: 'tcp' })
  const closed = await eventOf(forwarding, 'closed')
  expect(closed['bytesReceived']).toBeGreaterThan(FILE_BYTES)
  expect(closed).not.toHaveProperty('failure')
  expect(await eventOf(exposing, 'opened')).toMatchObject({ path: 'relayed' })

  for (const command of [forwarding, exposing]) {
    command.process.kill('SIGINT')
    const { code, stderr } = await command.result
    expect(code, stderr).toBe(0)
  }
})

it('exposes and forwards on running nodes, by config and by command, over QUIC with a client that reads slowly', async () => {
  const folder = await folderOfTest()
  const body = randomBytes(16 * 2 ** 20)
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const quic = { addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] } }
  const exposer = await startForTest({
    role: 'relay',
    dataDir: join(folder, 'exposer'),
    config: { ...quic, tunnels: { expose: [{ name: 'web', target, allow: 'anyone' }], forward: [] } }
  })
  const { addresses, peerId } = await exposer.ready()
  const peer = addresses.find(text => text.includes('/quic-v1')) ?? ''
  const forwarder = await startForTest({ role: 'edge', dataDir: join(folder, 'forwarder'), config: quic })
  await forwarder.ready()

  const forwarding = commandForTest(['forward', '0', peer, 'web', '--data-dir', forwarder.dataDir, '--json'])
  const { address } = await eventOf(forwarding, 'listening')
  // more than all buffers hold, at a tenth of it a second: whoever is not made to wait breaks off
  const hash = await curlHash('--limit-rate', '4M', `http://${String(address)}/`)
  expect(hash).toBe(createHash('sha256').update(body).digest('hex'))
  expect(await eventOf(forwarding, 'opened')).toMatchObject({ peer: peerId, path: 'direct', transport: 'quic' })

  const listed = await runCommand({ args: ['tunnels', '--data-dir', forwarder.dataDir, '--json'] })
  expect(listed.code, listed.stderr).toBe(0)
  expect(JSON.parse(listed.stdout)).toMatchObject({ name: 'web', side: 'forward', local: address, open: 0 })

  const exposing = commandForTest(['expose', 'web', target, '--data-dir', exposer.dataDir])
  const { code, stderr } = await exposing.result
  expect(code).toBe(1)
  expect(stderr).toMatch(/NameExposedError[\s\S]*hint:/)

  const left = commandForTest(['forward', '0', peer, 'web', '--data-dir', exposer.dataDir, '--json'])
  await eventOf(left, 'listening')
  expect((await exposer.stop()).code).toBe(0)
  const ended = await left.result
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/(EndedByNodeError|NodeLostError)/)

  // its peer is gone: it keeps listening, and says why it carries nothing
  await expect(fetch(`http://${String(address)}/`)).rejects.toThrow()
  expect(await eventOf(forwarding, 'refused')).toMatchObject({ peer: peerId })

  // a forward ends with its command, not with the node
  forwarding.process.kill('SIGINT')
  expect((await forwarding.result).code).toBe(0)
  await poll(
    async () =>
      await fetch(`http://${String(address)}/`).then(
        () => undefined,
        () => true
      ),
    { what: 'the end' }
  )
})

it.each([
  ['a peer that is none', ['forward', '8080', 'bob', 'web'], /PeerArgumentError[\s\S]*hint:/],
  ['an address for all', ['expose', 'web', '8080'], /TunnelAddressInvalidError[\s\S]*hint:/],
  ['a name', ['expose', 'Web', '127.0.0.1:80'], /TunnelNameInvalidError[\s\S]*hint:/]
])('refuses %s', async (_, args, message) => {
  const options = ['--preset', 'dev', '--data-dir', join(await folderOfTest(), 'data')]
  const { code, stderr } = await runCommand({ args: [...args, ...options] })
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})
