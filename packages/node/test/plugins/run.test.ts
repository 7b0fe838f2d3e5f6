import { join } from 'node:path'
import { ManualClock, poll } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { createNode, pluginHostPlugin } from '../../src/index.ts'
import { allPlugins, localConfig, startLocalNode } from '../local-node.ts'
import { folderWith, installed, pluginSource } from './fixtures.ts'
import { HelloService, plugin, PROTOCOL, start, statusOf } from './hosting.ts'
import type { DefinedPlugin, PluginScope } from '@waystone/plugin'
import type { Create } from './hosting.ts'

describe('plugins of a node', () => {
  it('start in order and stop in reverse, once', async () => {
    const calls: string[] = []
    const logged = (name: string): DefinedPlugin =>
      plugin(name, ({ signal }) => {
        calls.push(`create ${name}`)
        return {
          start: () => calls.push(`start ${name}`),
          stop: () => calls.push(`stop ${name}, ${signal.aborted ? 'aborted' : 'not aborted'}`)
        }
      })
    const running = await start({ plugin: logged('a') }, { plugin: logged('b') })
    expect(statusOf(running.node)).toEqual([
      ['a', 'running', undefined],
      ['b', 'running', undefined]
    ])
    await running[Symbol.asyncDispose]()
    await running.node.stop()
    expect(calls).toEqual(['create a', 'start a', 'create b', 'start b', 'stop b, aborted', 'stop a, aborted'])
    expect(statusOf(running.node).map(([, state]) => state)).toEqual(['stopped', 'stopped'])
  })

  it('are found by name from the folder of the config file', async () => {
    const yaml = 'extends: dev\nrole: edge\ndataDir: data\nlog: { level: silent }\nplugins: [{ package: hello }]\n'
    const folder = await folderWith({ ...installed('hello', pluginSource({})), 'edge.yaml': yaml })
    const { config: read, ...loaded } = await loadConfig({ file: join(folder, 'edge.yaml') })
    const init = { config: read, plugins: allPlugins, metrics: false, admin: false }
    await using node = await createNode({ ...init, loaded })
    expect(statusOf(node)).toEqual([['hello', 'starting', undefined]])
    await node.stop()
    await expect(createNode(init)).rejects.toMatchObject({ name: 'PluginNotFoundError' })
  })

  it('are none where the config names none', async () => {
    await using running = await start()
    expect(running.node.libp2p.services['plugins']).toBeUndefined()
  })

  it('tell the operator with their name in front', async () => {
    let emit: PluginScope['events']['emit'] = () => {}
    const told: string[] = []
    const hello = plugin('hello', ({ events }) => void (emit = (kind, detail) => events.emit(kind, detail)))
    const { create } = pluginHostPlugin([{ plugin: hello }])
    const events = { emit: (kind: string, detail?: object) => told.push(`${kind} ${JSON.stringify(detail)}`) }
    const host = { create: (context: Parameters<typeof create>[0]) => create({ ...context, events }) }
    await using running = await startLocalNode('edge', {}, { plugins: { ...allPlugins, plugins: host } })
    emit('greeted', { who: 'x' })
    await running.node.stop()
    expect(told).toEqual([
      'plugin:start {"name":"hello","package":"hello"}',
      'plugin:hello:greeted {"who":"x"}',
      'plugin:stop {"name":"hello","package":"hello"}'
    ])
  })
})

describe('a plugin that fails', () => {
  const failing = (): never => {
    throw new Error('no luck')
  }

  it.each<[string, Create]>([
    ['create', failing],
    ['create', async () => await Promise.reject(new Error('no luck'))],
    ['start', () => ({ start: failing })]
  ])('in %s stops the node, which says so', async (phase, create) => {
    let stopped = 0
    const first = plugin('first', () => ({ stop: () => stopped++ }))
    await expect(start({ plugin: first }, { plugin: plugin('bad', create) })).rejects.toMatchObject({
      name: 'PluginFailedError',
      message: `the plugin bad failed in ${phase}: Error: no luck`,
      exitCode: 3
    })
    expect(stopped).toBe(1)
  })

  it('and is optional is left out, and shown', async () => {
    const bad = plugin('bad', async ({ protocols }) => {
      await protocols.handle(PROTOCOL, () => {})
      return { start: failing }
    })
    const after = plugin('after', async ({ protocols }) => void (await protocols.handle(PROTOCOL, () => {})))
    await using running = await start({ plugin: bad, optional: true }, { plugin: after })
    expect(statusOf(running.node)).toEqual([
      ['bad', 'failed', 'PluginFailedError: the plugin bad failed in start: Error: no luck'],
      ['after', 'running', undefined]
    ])
  })

  it('in stop is named, and the others and the node stop all the same', async () => {
    let stopped = 0
    const good = plugin('good', () => ({ stop: () => stopped++ }))
    const bad = plugin('bad', () => ({ stop: failing }))
    const running = await start({ plugin: good }, { plugin: bad }, { plugin: plugin('last', () => {}) })
    const failure = await running.node.stop().catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'StopFailedError' })
    expect(JSON.stringify(((failure as Error).cause as AggregateError).errors.map(String))).toContain(
      'plugin bad failed in stop'
    )
    expect(stopped).toBe(1)
    expect(running.node.libp2p.status).not.toBe('started')
    expect(running.node.libp2p.getConnections()).toEqual([])
  })

  it.each([
    ['create', () => new Promise<never>(() => {})],
    ['start', () => ({ start: () => new Promise(() => {}) })]
  ])('to end its %s in time stops the node', async (phase, create) => {
    const clock = new ManualClock()
    const starting = startLocalNode(
      'edge',
      {},
      {
        clock,
        plugins: { ...allPlugins, plugins: pluginHostPlugin([{ plugin: plugin('slow', create) }]) }
      }
    )
    const outcome = starting.catch((error: unknown) => error)
    await advanceUntil(clock, starting)
    expect(await outcome).toMatchObject({
      name: 'PluginFailedError',
      message: `the plugin slow failed in ${phase}: DeadlineExceededError: ${phase} took longer than 30000 ms`
    })
  })

  it('to end its stop in time does not keep the others', async () => {
    const clock = new ManualClock()
    let stopped = 0
    const good = plugin('good', () => ({ stop: () => stopped++ }))
    const slow = plugin('slow', () => ({ stop: () => new Promise(() => {}) }))
    const plugins = { ...allPlugins, plugins: pluginHostPlugin([{ plugin: good }, { plugin: slow }]) }
    const { node } = await startLocalNode('edge', {}, { clock, plugins })
    const stopping = node.stop()
    const outcome = stopping.catch((error: unknown) => error)
    await advanceUntil(clock, stopping, 2_000)
    expect(await outcome).toMatchObject({ name: 'StopFailedError' })
    expect(stopped).toBe(1)
  })

  it('to be created does not keep the node from being stopped', async () => {
    const created = Promise.withResolvers<void>()
    const slow = plugin('slow', () => {
      created.resolve()
      return new Promise(() => {})
    })
    const folder = await folderWith({})
    const config = localConfig('edge', { dataDir: folder })
    const plugins = { ...allPlugins, plugins: pluginHostPlugin([{ plugin: slow }]) }
    const node = await createNode({ config, plugins, metrics: false, admin: false, clock: new ManualClock() })
    const starting = node.start().catch((error: unknown) => error)
    await created.promise
    await node.stop()
    expect(await starting).toMatchObject({ message: expect.stringContaining('the node was stopped') })
  })

  it('to be created in time is stopped when it comes after all', async () => {
    const clock = new ManualClock()
    const { promise, resolve } = Promise.withResolvers<{ stop: () => void }>()
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
    const given = [{ plugin: plugin('late', () => promise), optional: true }]
    const starting = startLocalNode('edge', {}, { clock, plugins: { ...allPlugins, plugins: pluginHostPlugin(given) } })
    await advanceUntil(clock, starting)
    await using _running = await starting
    resolve({ stop })
    await expect(stopped).resolves.toBeUndefined()
  })
})

/** Moves time in steps of what a plugin may take until the work has ended. */
async function advanceUntil(clock: ManualClock, work: Promise<unknown>, ms = 30_000): Promise<void> {
  let ended = false
  void work.catch(() => {}).finally(() => (ended = true))
  await poll(
    async () => {
      if (clock.pending > 0) await clock.advance(ms)
      return ended ? true : undefined
    },
    { what: 'the end of the work' }
  )
}

describe('two plugins with one', () => {
  it.each<[string, Create, string]>([
    [
      'protocol id',
      async ({ protocols }) => void (await protocols.handle(PROTOCOL, () => {})),
      'PluginProtocolTakenError'
    ],
    ['RPC service', async ({ rpc }) => void (await rpc.serve(HelloService, {})), 'PluginServiceTakenError']
  ])('%s are both named', async (_what, create, name) => {
    await expect(start({ plugin: plugin('one', create) }, { plugin: plugin('two', create) })).rejects.toMatchObject({
      name,
      message: expect.stringMatching(/plugin two .* the plugin one /)
    })
  })

  it('protocol id of the node itself', async () => {
    const create: Create = async ({ protocols }) => void (await protocols.handle('/ipfs/ping/1.0.0', () => {}))
    await expect(start({ plugin: plugin('two', create) })).rejects.toMatchObject({
      name: 'PluginProtocolTakenError',
      message: expect.stringContaining('the node itself')
    })
  })
})
