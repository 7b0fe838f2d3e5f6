import { once } from 'node:events'
import { Code } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { until } from '@waystone/kit/testing'
import { rpcError } from '@waystone/rpc'
import { Direction, Path, Reachability } from '@waystone/wire/admin'
import { jsonLines, nodeAndCommands } from './run-waystone.ts'

const PEER = '12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const STEERING = '\u001b[2J\u001b]0;owned\u0007\nforged line'

class PeerGoneError extends WaystoneError {
  static override readonly name = 'PeerGoneError'
}

describe('status', () => {
  const service = {
    getNode: () => ({ peerId: PEER, role: 'relay', network: 'e2e', ready: false, missing: ['a seed'], pid: 7 }),
    listAddresses: () => ({
      addresses: [{ address: '/ip4/192.0.2.1/tcp/1', reachability: Reachability.REACHABLE, announced: true }]
    })
  }

  it('is a page for people', async () => {
    const { run } = await nodeAndCommands(service)
    const { code, stdout } = await run('status')
    expect(stdout).toContain(`peer id       ${PEER}\n`)
    expect(stdout).toContain('not ready')
    expect(stdout).toContain('missing: a seed\n')
    expect(stdout).toContain('/ip4/192.0.2.1/tcp/1  reachable\n')
    expect(code).toBe(0)
  })

  it('is one object for programs, with numbers as numbers', async () => {
    const { run } = await nodeAndCommands(service)
    const { stdout } = await run('status', '--json')
    expect(jsonLines(stdout)).toMatchObject([
      { peerId: PEER, ready: false, bytesSent: 0, reachability: [{ reachability: 'reachable', announced: true }] }
    ])
  })
})

describe('peers', () => {
  const listPeers = ({ page, connectedOnly }: { page?: { cursor: string } | undefined; connectedOnly: boolean }) => {
    const number = Number(page?.cursor ?? 0)
    const next = number < 2 ? String(number + 1) : ''
    return { peers: [{ id: `peer ${number}`, agent: STEERING, connected: connectedOnly }], page: { nextCursor: next } }
  }

  it('come from every page, and cannot steer the terminal', async () => {
    const { run } = await nodeAndCommands({ listPeers })
    const { stdout } = await run('peers')
    expect(stdout.trimEnd().split('\n')).toHaveLength(4)
    expect(stdout).not.toMatch(/\p{Cc}(?<!\n)|^forged/mu)
    expect(stdout).toMatch(/^peer 2 .* connected/m)
  })

  it('--all asks for those that are not connected too', async () => {
    const { run } = await nodeAndCommands({ listPeers })
    const { stdout } = await run('peers', '--all', '--json')
    expect(jsonLines(stdout)).toMatchObject([{ connected: false, tags: [] }, { id: 'peer 1' }, { id: 'peer 2' }])
  })

  it('that never end are refused', async () => {
    const { run } = await nodeAndCommands({ listPeers: () => ({ page: { nextCursor: 'again' } }) })
    const { code, stderr } = await run('peers')
    expect([code, stderr]).toEqual([1, expect.stringContaining('PagesEndlessError')])
  })
})

it('connections say how they run', async () => {
  const connection = { id: 'a', peer: PEER, transport: 'quic', path: Path.DIRECT, direction: Direction.INBOUND }
  const { run } = await nodeAndCommands({ listConnections: () => ({ connections: [connection] }) })
  expect((await run('connections')).stdout).toMatch(new RegExp(`${PEER} +direct +quic .* inbound`))
  const [object] = jsonLines((await run('connections', PEER, '--json')).stdout)
  expect(object).toMatchObject({ path: 'direct', direction: 'inbound', streams: [], bytesReceived: 0 })
  expect(object).not.toHaveProperty('roundTripMs')
})

describe('connect and disconnect', () => {
  it('tell what came of it', async () => {
    const { run } = await nodeAndCommands({
      connect: () => ({ connection: { peer: PEER, remoteAddress: STEERING, transport: 'tcp', path: Path.RELAYED } }),
      disconnect: ({ peer }) => ({ closed: peer === PEER ? 2 : 0 })
    })
    const connected = await run('connect', PEER)
    expect(connected.stdout).toMatch(/^connected to .*: relayed over tcp\n$/)
    expect(connected.stdout).not.toContain('\u001b')
    expect((await run('disconnect', PEER)).stdout).toBe(`closed 2 connections to ${PEER}\n`)
    expect(jsonLines((await run('disconnect', PEER, '--json')).stdout)).toMatchObject([{ closed: 2, peer: PEER }])
  })

  it('fail with the name and hint that the node gives', async () => {
    const connect = (): never => {
      throw rpcError(Code.NotFound, new PeerGoneError(`it is ${STEERING}`, { hint: 'wait' }))
    }
    const { run } = await nodeAndCommands({ connect })
    const { code, stderr } = await run('connect', PEER)
    expect(stderr).toMatch(/^PeerGoneError: it is/)
    expect(stderr).toContain('hint: wait\n')
    expect(stderr).not.toContain('\u001b')
    expect(code).toBe(1)
  })

  it('refuse what is no peer before they ask', async () => {
    const { run, node } = await nodeAndCommands()
    expect((await run('connect', 'nobody')).code).toBe(2)
    expect((await run('disconnect', '--', '-1')).code).toBe(2)
    expect(node.authorizations).toEqual([])
  })
})

describe('logs', () => {
  const record = { level: 'warn', time: '2026-01-01T00:00:00.000Z', component: 'waystone:x', msg: STEERING, peer: 'p' }

  it('are printed as they come, until Ctrl-C', async () => {
    const asked: string[] = []
    async function* watchLogs({ level }: { level: string }) {
      asked.push(level)
      yield { line: JSON.stringify(record), dropped: 0n }
      yield { line: 'no JSON', dropped: 3n }
      await new Promise(() => {})
    }
    const { start } = await nodeAndCommands({ watchLogs })
    const command = start('logs', '--follow', '--level', 'debug')
    await until(() => command.printed.stdout.includes('no JSON') && command.printed.stderr !== '')
    command.process.kill('SIGINT')
    const { code, stdout, stderr } = await command.finished
    expect([code, asked]).toEqual([0, ['debug']])
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.000 WARN {2}\[waystone:x\] .* peer=p\nno JSON\n$/)
    expect(stdout).not.toContain('\u001b')
    expect(stderr).toBe('note: 3 log records were left out here: they came faster than they were read\n')
  })

  it('end in order when the node stops, and with an error when it is lost', async () => {
    async function* ended() {
      yield { line: '{}' }
    }
    expect((await (await nodeAndCommands({ watchLogs: ended })).run('logs', '-f', '--json')).code).toBe(0)
    async function* hanging() {
      yield { line: '{}' }
      await new Promise(() => {})
    }
    const { start, node } = await nodeAndCommands({ watchLogs: hanging })
    const command = start('logs', '-f', '--json')
    await until(() => command.printed.stdout !== '')
    await node[Symbol.asyncDispose]()
    const { code, stderr } = await command.finished
    expect([code, stderr]).toEqual([1, expect.stringContaining('"name":"NodeLostError"')])
  })

  it('without --follow say why there are none', async () => {
    const { run } = await nodeAndCommands()
    expect(await run('logs')).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: add --follow') })
    expect(await run('events')).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: add --follow') })
  })

  it('level shows and sets', async () => {
    const { run } = await nodeAndCommands({
      getLogLevel: () => ({ level: 'info' }),
      setLogLevel: ({ level }) => ({ previous: `not ${level}` })
    })
    expect((await run('logs', 'level')).stdout).toBe('info\n')
    expect(jsonLines((await run('logs', 'level', 'debug', '--json')).stdout)).toEqual([
      { level: 'debug', previous: 'not debug' }
    ])
    expect((await run('logs', 'level', 'loud')).code).toBe(2)
  })

  it('end without a word when nobody reads them any more', async () => {
    async function* watchLogs() {
      for (;;) yield { line: JSON.stringify({ msg: 'x'.repeat(1_000) }) }
    }
    const { start } = await nodeAndCommands({ watchLogs })
    const command = start('logs', '-f')
    await until(() => command.printed.stdout !== '')
    command.process.stdout?.destroy()
    expect(await command.finished).toMatchObject({ code: 141, stderr: '' })
  })
})

it('events are printed as they come', async () => {
  const asked: string[][] = []
  async function* watchEvents({ kinds }: { kinds: string[] }) {
    asked.push(kinds)
    yield { atMs: 1n, kind: 'watch:open', detail: '{}' }
    yield { atMs: 2n, kind: 'peer:connect', detail: JSON.stringify({ peer: PEER, agent: STEERING }) }
  }
  const { run } = await nodeAndCommands({ watchEvents })
  const text = await run('events', '--follow', '--kind', 'peer:', 'watch:')
  expect(text.stdout).toMatch(new RegExp(`peer:connect peer=${PEER} agent=.*\\n$`))
  expect(text.stdout).not.toContain('\u001b')
  const [, event] = jsonLines((await run('events', '--follow', '--json')).stdout)
  expect(event).toMatchObject({ atMs: 2, kind: 'peer:connect', detail: { peer: PEER } })
  expect(asked).toEqual([['peer:', 'watch:'], []])
})

describe('stop', () => {
  it('waits until the process is gone', async () => {
    const { spawn } = await import('node:child_process')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    await once(child, 'spawn')
    let isAsked = false
    const { start } = await nodeAndCommands({
      getNode: () => ({ pid: child.pid ?? 0, role: 'edge' }),
      stop: () => ((isAsked = true), {})
    })
    const command = start('stop', '--json')
    let ended = false
    void command.finished.then(() => (ended = true))
    await until(() => isAsked)
    expect([ended, command.printed.stdout]).toEqual([false, ''])
    child.kill('SIGKILL')
    const { code, stdout } = await command.finished
    expect([code, jsonLines(stdout)]).toEqual([0, [expect.objectContaining({ event: 'stopped', pid: child.pid })]])
  })
})

it('no node: a named error and a hint, also as JSON', async () => {
  const { run, node } = await nodeAndCommands()
  await node[Symbol.asyncDispose]()
  const { code, stderr } = await run('status', '--json')
  const error = { name: 'NodeNotRunningError', hint: expect.stringContaining('waystone edge') }
  expect([code, JSON.parse(stderr)]).toEqual([1, { error: expect.objectContaining(error) }])
})

describe('the configuration of a running node', () => {
  const value = { path: 'log.level', value: '"debug"', origin: '--log-level' }
  const getConfig = () => ({
    yaml: 'log:\n  level: debug\n',
    values: [value, { path: 'seeds', value: '[]', origin: 'x' }]
  })

  it('is printed with --running, or when --api names the node', async () => {
    const { run, node } = await nodeAndCommands({ getConfig })
    expect((await run('config', 'print', '--running')).stdout).toBe('log:\n  level: debug\n')
    expect(JSON.parse((await run('config', 'print', '--json', '--api', node.url)).stdout)).toEqual({
      log: { level: 'debug' }
    })
  })

  it('is explained, all of it or one key', async () => {
    const { run } = await nodeAndCommands({ getConfig })
    expect((await run('config', 'explain', '--running')).stdout).toMatch(/^log\.level +debug +--log-level$/m)
    const { stdout } = await run('config', 'explain', 'log', '--running', '--json')
    expect(JSON.parse(stdout)).toEqual([{ path: 'log.level', value: 'debug', from: '--log-level' }])
    expect((await run('config', 'explain', 'nonsense', '--running')).code).toBe(2)
  })
})
