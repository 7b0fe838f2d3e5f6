import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand, startCommand } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'
import type { CommandResult, RunningCommand } from '../harness/command.ts'
import type { NodeProcess } from '../harness/node-process.ts'

interface Edge {
  node: NodeProcess
  peerId: string
  /** On loopback TCP, with its peer id. */
  address: string
}

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

async function startEdge(dataDir: string, config: Record<string, unknown> = {}): Promise<Edge> {
  const listen = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }
  const node = await startNode({ role: 'edge', dataDir, config: { ...listen, ...config } })
  onTestFinished(() => node[Symbol.asyncDispose]())
  const { peerId, addresses } = await node.ready()
  return { node, peerId, address: addresses.find(address => /\/tcp\/\d+\/p2p\/[^/]+$/.test(address)) ?? '' }
}

/** A command that finds the edge by its data folder. */
async function through({ node }: Edge, ...args: string[]): Promise<CommandResult> {
  return await runCommand({ args: [...args, '--data-dir', node.dataDir] })
}

function startThrough({ node }: Edge, ...args: string[]): RunningCommand {
  const command = startCommand({ args: [...args, '--data-dir', node.dataDir, '--json'] })
  onTestFinished(() => command[Symbol.asyncDispose]())
  return command
}

function eventsOf(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as Record<string, unknown>)
}

async function eventOf(command: RunningCommand, name: string): Promise<Record<string, unknown>> {
  const find = () => eventsOf(command.output().stdout.replace(/[^\n]*$/, '')).find(({ event }) => event === name)
  return await poll(find, { what: name })
}

it('sends and receives through the nodes that run, as those nodes', async () => {
  const folder = await folderOfTest()
  const [sender, receiver] = [await startEdge(join(folder, 'a')), await startEdge(join(folder, 'b'))]
  const receiving = startThrough(receiver, 'receive', '--out', join(folder, 'inbox'), '--once')
  expect(await eventOf(receiving, 'listening')).toMatchObject({ peerId: receiver.peerId })
  const file = join(folder, 'hello.txt')
  await writeFile(file, 'hello')
  const sent = await through(sender, 'send', file, receiver.address, '--name', 'other.txt', '--json')
  expect(sent.code, sent.stderr).toBe(0)
  const delivered = { event: 'delivered', storedAs: 'other.txt', size: 5, path: 'direct', attempts: 1, sentBytes: 5 }
  expect(eventsOf(sent.stdout).at(-1)).toMatchObject(delivered)
  // the identity is that of the node, not one that the command made for itself
  const received = { event: 'received', peer: sender.peerId, path: join(folder, 'inbox', 'other.txt'), route: 'direct' }
  expect(await eventOf(receiving, 'received')).toMatchObject(received)
  expect((await receiving.result).code).toBe(0)
  expect(await readFile(join(folder, 'inbox', 'other.txt'), 'utf8')).toBe('hello')
  // nothing is taken when nobody receives any more
  const refused = await through(sender, 'send', file, receiver.address)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/NotReceivingError[\s\S]*hint:/)
})

it('receives into the inbox of the node, where it has one, until Ctrl-C or the end of the node', async () => {
  const folder = await folderOfTest()
  const inbox = join(folder, 'inbox')
  const sender = await startEdge(join(folder, 'a'))
  const receiver = await startEdge(join(folder, 'b'), { files: { inbox, accept: [] } })
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  const send = async (): Promise<CommandResult> => await through(sender, 'send', file, receiver.address)
  expect((await send()).stderr).toMatch(/FileRefusedError.*not-allowed/)
  const receiving = startThrough(receiver, 'receive', '--from', sender.peerId)
  await eventOf(receiving, 'listening')
  expect((await send()).code).toBe(0)
  expect(await eventOf(receiving, 'received')).toMatchObject({ path: join(inbox, 'file') })
  receiving.process.kill('SIGINT')
  expect((await receiving.result).code).toBe(0)
  await poll(async () => ((await send()).code === 1 ? true : undefined), { what: 'a refusal' })
  const again = startThrough(receiver, 'receive')
  await eventOf(again, 'listening')
  expect((await receiver.node.stop()).code).toBe(0)
  // not what was asked for, so not a success
  const ended = await again.result
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/EndedByNodeError|NodeLostError/)
  expect((await readdir(inbox)).includes('file')).toBe(true)
})

it('stops a transfer of the node with the command that asked for it', async () => {
  const folder = await folderOfTest()
  const [sender, receiver] = [await startEdge(join(folder, 'a')), await startEdge(join(folder, 'b'))]
  const receiving = startThrough(receiver, 'receive', '--out', join(folder, 'inbox'))
  await eventOf(receiving, 'listening')
  const file = join(folder, 'large')
  await writeFile(file, Buffer.alloc(512 * 2 ** 20, 'x'))
  const sending = startThrough(sender, 'send', file, receiver.address)
  await eventOf(receiving, 'progress')
  sending.process.kill('SIGINT')
  expect((await sending.result).code).toBe(130)
  expect(await eventOf(receiving, 'failed')).toMatchObject({ name: 'large', peer: sender.peerId })
})

it('pings and calls through the running node, and says so', async () => {
  const folder = await folderOfTest()
  const [edge, other] = [await startEdge(join(folder, 'a')), await startEdge(join(folder, 'b'))]
  const ping = await through(edge, 'ping', other.address, '-c', '2')
  expect(ping.code, ping.stderr).toBe(0)
  expect(ping.stderr).toContain(`through the running node of ${edge.node.dataDir}`)
  expect(ping.stdout).toMatch(/^PING 12D3\w+ at \/ip4\/127.0.0.1\/tcp\/\d+\/p2p\/\w+: direct over tcp/m)
  expect(ping.stdout).toMatch(/^seq=2 time=\d+\.\d\d ms direct over tcp$/m)
  expect(ping.stdout).toMatch(/^2 sent, 2 received; round trip min\/avg\/max = /m)
  const called = await through(edge, 'call', other.address, 'waystone.admin.v1.AdminService/GetNode', '{}')
  expect(called.stderr).toContain('this needs the function admin')
  expect(called.code).toBe(1)
})

it('calls a method of a peer in JSON, through a running node and without one', async () => {
  const folder = await folderOfTest()
  const edge = await startEdge(join(folder, 'a'))
  const own = ['--preset', 'dev', '--data-dir', join(folder, 'own')]
  const { peerId } = edge
  const served = await startEdge(join(folder, 'b'), { trust: { grants: { admin: [peerId] } } })
  const call = ['call', served.address, 'waystone.admin.v1.AdminService/GetNode']
  const allowed = await through(edge, ...call)
  expect(allowed.code, allowed.stderr).toBe(0)
  expect(JSON.parse(allowed.stdout)).toMatchObject({ peerId: served.peerId, role: 'edge' })
  const streaming = ['call', served.address, 'waystone.admin.v1.AdminService/Ping']
  const pongs = await through(edge, ...streaming, JSON.stringify({ peer: edge.address, count: 2, intervalMs: 10 }))
  expect(pongs.code, pongs.stderr).toBe(0)
  expect(eventsOf(pongs.stdout)).toMatchObject([{ sequence: 1, peer: peerId }, { sequence: 2 }])
  const denied = await runCommand({ args: [...call, ...own] })
  expect(denied.stderr).toContain('this needs the function admin')
  expect(denied.code).toBe(1)
  const open = await runCommand({ args: ['call', served.address, 'waystone.probe.v1.ProbeService/Probe', ...own] })
  expect(open.code, open.stderr).toBe(0)
  expect(JSON.parse(open.stdout)).toMatchObject({ role: 'edge', network: 'e2e' })
  for (const wrong of [
    [served.address, 'no method'],
    [served.address, 'a.B/C', '{']
  ]) {
    const byNode = await through(edge, 'call', ...wrong)
    const byItself = await runCommand({ args: ['call', ...wrong, ...own] })
    expect([byNode.code, byItself.code]).toEqual([2, 2])
    expect(byNode.stderr).toMatch(/(ProcedureInvalid|JsonMessageInvalid)Error[\s\S]*hint:/)
    expect(byItself.stderr).toMatch(/(ProcedureInvalid|JsonMessageInvalid)Error[\s\S]*hint:/)
  }
})

it('lets a peer with the function admin name no files of the machine', async () => {
  const folder = await folderOfTest()
  const edge = await startEdge(join(folder, 'a'))
  const served = await startEdge(join(folder, 'b'), { trust: { grants: { admin: [edge.peerId] } } })
  const path = join(folder, 'b', 'admin.token')
  const request = JSON.stringify({ path, peer: edge.address })
  const { code, stderr } = await through(
    edge,
    'call',
    served.address,
    'waystone.admin.v1.FileService/SendFile',
    request
  )
  expect(stderr).toMatch(/OperatorOnlyError[\s\S]*hint:/)
  expect(code).toBe(1)
})

it('runs an edge of its own where the command line asks for another network, and says why', async () => {
  const folder = await folderOfTest()
  const home = join(folder, 'home')
  const dataDir = join(home, '.waystone', 'edge')
  const edge = await startEdge(dataDir)
  const other = await startEdge(join(folder, 'b'), { network: 'other' })
  const args = ['ping', other.address, '-c', '1', '--network', 'other', '--preset', 'dev', '--data-dir', dataDir]
  const chosen = await runCommand({ args })
  expect(chosen.stderr).toMatch(/is of the network e2e, so this command runs an edge of its own[\s\S]*DatastoreLocked/)
  expect(chosen.code).not.toBe(0)
  expect(edge.peerId).not.toBe(other.peerId)
})
