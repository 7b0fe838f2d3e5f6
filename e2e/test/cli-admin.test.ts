import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poll, until } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { makeCertificate } from '../../packages/node/test/certificate.ts'
import { binaries, runCommand, startCommand } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'
import { openTerminal } from '../harness/terminal.ts'
import type { GetNodeResponse } from '@waystone/wire/admin'
import type { CommandResult, RunningCommand } from '../harness/command.ts'
import type { NodeProcess } from '../harness/node-process.ts'

interface World {
  folder: string
  seed: NodeProcess
  edge: NodeProcess
  seedStatus: GetNodeResponse
  edgeStatus: GetNodeResponse
}

let world: World
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  const { path: folder } = stack.use(await temporaryFolder())
  const seed = stack.use(await startNode({ role: 'seed', dataDir: join(folder, 'seed') }))
  const seedStatus = await seed.ready()
  const seeds = seedStatus.addresses.filter(address => /\/tcp\/\d+\/p2p/.test(address))
  const edge = stack.use(await startNode({ role: 'edge', dataDir: join(folder, 'edge'), config: { seeds } }))
  world = { folder, seed, edge, seedStatus, edgeStatus: await edge.ready() }
})

afterAll(async () => await stack.disposeAsync())

/** A command that talks to the edge. */
async function waystone(...args: string[]): Promise<CommandResult> {
  return await runCommand({ args: [...args, '--data-dir', world.edge.dataDir] })
}

function follow(...args: string[]): RunningCommand {
  return startCommand({ args: [...args, '--follow', '--data-dir', world.edge.dataDir] })
}

/** The last of the JSON lines of a command that did its work. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await waystone(...args, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
}

describe('a running edge', () => {
  it('says who it is and how it does', async () => {
    const { edgeStatus, seedStatus } = world
    expect(await json('status')).toMatchObject({
      peerId: edgeStatus.peerId,
      role: 'edge',
      network: 'e2e',
      ready: true,
      pid: world.edge.pid,
      seeds: [{ peer: seedStatus.peerId, connected: true }]
    })
    const { stdout } = await waystone('status')
    expect(stdout).toMatch(new RegExp(`^peer id +${edgeStatus.peerId}$`, 'm'))
    expect(stdout).toMatch(/^state +ready, up /m)
    expect(stdout).toMatch(/^seeds +\S+ {2}connected$/m)
  })

  it('lists its peers and connections', async () => {
    const { peerId } = world.seedStatus
    expect(await json('peers')).toMatchObject({ id: peerId, connected: true })
    expect((await waystone('peers')).stdout).toMatch(new RegExp(`^${peerId} .* connected `, 'm'))
    const connection = { peer: peerId, path: 'direct', direction: 'outbound' }
    expect(await json('connections', peerId)).toMatchObject(connection)
    expect((await waystone('connections')).stdout).toContain(peerId)
  })

  it('closes and opens connections when it is told to, and says so in its events', async () => {
    const { peerId, addresses } = world.seedStatus
    await using events = follow('events', '--kind', 'watch:', 'peer:', '--json')
    await until(() => events.output().stdout.includes('watch:open'))
    expect(await json('disconnect', peerId)).toMatchObject({ event: 'disconnected', peer: peerId })
    const address = addresses.find(text => /\/tcp\/\d+\/p2p/.test(text)) ?? ''
    expect(await json('connect', address)).toMatchObject({ event: 'connected', peer: peerId, transport: 'tcp' })
    await until(() => /peer:disconnect[^]*peer:connect/.test(events.output().stdout))
    events.process.kill('SIGINT')
    expect((await events.result).code).toBe(0)
  })

  it('names what a peer is that it cannot reach', async () => {
    const { code, stderr } = await waystone('connect', `/ip4/127.0.0.1/tcp/1/p2p/${world.edgeStatus.peerId}`)
    expect([code === 0, stderr]).toEqual([false, expect.stringMatching(/^\w+Error: /)])
  })

  it('changes its log level, and its log can be followed', async () => {
    expect(await json('logs', 'level', 'debug')).toMatchObject({ level: 'debug' })
    await using logs = follow('logs', '--json')
    await until(async () => {
      // something to log about
      await waystone('disconnect', world.seedStatus.peerId)
      await waystone('connect', world.seedStatus.addresses[0] ?? '')
      return logs.output().stdout !== ''
    })
    const [first = ''] = logs.output().stdout.split('\n')
    expect(JSON.parse(first)).toMatchObject({ level: expect.any(String), msg: expect.any(String) })
    logs.process.kill('SIGINT')
    expect((await logs.result).code).toBe(0)
    expect((await waystone('logs', 'level', 'info')).stdout).toBe('info (was debug)\n')
  })

  it('prints the configuration that it runs with', async () => {
    expect((await waystone('config', 'print', '--running')).stdout).toContain(`dataDir: ${world.edge.dataDir}\n`)
    const { stdout } = await waystone('config', 'explain', 'network', '--running')
    expect(stdout).toMatch(/^network +e2e +\S/m)
  })

  it('is reached by --api with the token of its folder, and not with another one', async () => {
    const url = (await world.edge.get('/livez')).url.replace('/livez', '')
    const tokenFile = join(world.edge.dataDir, 'admin.token')
    const right = await runCommand({ args: ['status', '--json', '--api', url, '--token-file', tokenFile] })
    expect(JSON.parse(right.stdout)).toMatchObject({ peerId: world.edgeStatus.peerId })
    const wrongFile = join(world.folder, 'wrong-token')
    await writeFile(wrongFile, 'wrong')
    const wrong = await runCommand({ args: ['status', '--api', url, '--token-file', wrongFile] })
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^TokenRefusedError: [^]*hint: .*admin\.token/)
    ])
  })
})

describe('waystone top', () => {
  const command = () => `${process.execPath} ${binaries.waystone} top --data-dir ${world.edge.dataDir}`

  it('draws on the terminal, follows its size and keys, and gives it back', async () => {
    await using terminal = await openTerminal(['sh'])
    await terminal.type(`PS1=; clear; echo before; stty -g > ${world.folder}/modes; ${command()}`)
    await terminal.press('Enter')
    const screen = await terminal.shows(/since start/)
    expect(screen).toContain(`edge ${world.edgeStatus.peerId} of e2e`)
    expect(screen).not.toContain('before')
    // the second look knows rates
    await terminal.shows(/\bin \d.*B\/s {2}out \d.*B\/s/)
    await terminal.press('a')
    await terminal.shows(/by age/)
    await terminal.resize(60, 10)
    await terminal.shows(/^edge .{54}…$/m)
    await terminal.press('q')
    expect(await terminal.shows(/before/)).not.toContain('since start')
    await terminal.type(`clear; stty -g | diff - ${world.folder}/modes && echo all as "it was"`)
    await terminal.press('Enter')
    await terminal.shows(/all as it was/)
  })

  it.each(['C-c', 'TERM'])('gives the terminal back on %s', async how => {
    await using terminal = await openTerminal(['sh'])
    const pidFile = join(world.folder, `top-${how}.pid`)
    await terminal.type(`PS1=; clear; echo before; sh -c 'echo $$ > ${pidFile}; exec ${command()}'; echo ended $?`)
    await terminal.press('Enter')
    await terminal.shows(/since start/)
    if (how === 'C-c') await terminal.press(how)
    else await runShell(`kill -TERM $(cat ${pidFile})`)
    expect(await terminal.shows(/ended 0/)).toMatch(/before[^]*ended 0/)
  })

  it('prints without a terminal', async () => {
    const { code, stdout } = await waystone('top', '--count', '2', '--interval', '0.1')
    expect(code).toBe(0)
    expect(stdout.match(/^edge 12D3KooW/gm)).toHaveLength(2)
    expect(await json('top', '--count', '1', '--interval', '0.1')).toMatchObject({
      peerId: world.edgeStatus.peerId,
      rate: { received: expect.any(Number), sent: expect.any(Number) }
    })
  })
})

async function runShell(line: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', line])
}

describe('waystone stop', () => {
  it('waits until the node is gone', async () => {
    await using node = await startNode({ role: 'relay', dataDir: join(world.folder, 'stopped') })
    await node.ready()
    const { code, stdout } = await runCommand({ args: ['stop', '--json', '--data-dir', node.dataDir] })
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ event: 'stopped', pid: node.pid })])
    expect((await node.result).code).toBe(0)
    const again = await runCommand({ args: ['stop', '--json', '--data-dir', node.dataDir] })
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('NodeNotRunningError')])
  })

  it('a node that was killed does not count as running', async () => {
    await using node = await startNode({ role: 'relay', dataDir: join(world.folder, 'killed') })
    await node.ready()
    node.kill('SIGKILL')
    await node.result
    const { code, stderr } = await runCommand({ args: ['status', '--data-dir', node.dataDir] })
    expect([code, stderr]).toEqual([1, expect.stringContaining('NodeNotRunningError')])
  })
})

it('a node with a unix socket is found by its folder, and by its socket', async () => {
  const [dataDir, socket] = [join(world.folder, 'socket'), join(world.folder, 'admin.sock')]
  await using node = await startNode({ role: 'relay', dataDir, config: { admin: { socket } } })
  const status = async (...args: string[]): Promise<string | undefined> => {
    const { code, stdout } = await runCommand({ args: ['status', '--json', '--data-dir', dataDir, ...args] })
    return code === 0 ? stdout : undefined
  }
  const printed = await poll(() => status(), { what: 'the node to answer' })
  expect(JSON.parse(printed)).toMatchObject({ role: 'relay', pid: node.pid })
  expect(await status('--api', `unix:${socket}`)).toContain('"relay"')
  await rm(socket, { force: true })
})

it('a node with TLS is trusted by the certificate that --ca-file names', async () => {
  const dataDir = join(world.folder, 'tls')
  const tls = await makeCertificate(world.folder, { type: 'ip', value: '127.0.0.1' })
  await using node = await startNode({ role: 'relay', dataDir, config: { admin: { tls } } })
  const status = async (...args: string[]): Promise<CommandResult> =>
    await runCommand({ args: ['status', '--json', '--data-dir', dataDir, ...args] })
  const trusted = async (): Promise<string | undefined> => {
    const { code, stdout } = await status('--ca-file', tls.certFile)
    return code === 0 ? stdout : undefined
  }
  expect(JSON.parse(await poll(trusted, { what: 'the node to answer' }))).toMatchObject({ pid: node.pid })
  const { code, stderr } = await status()
  expect([code, JSON.parse(stderr)]).toEqual([
    1,
    { error: expect.objectContaining({ name: 'ApiCertificateError', hint: expect.stringContaining('--ca-file') }) }
  ])
})
