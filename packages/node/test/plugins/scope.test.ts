import { framed } from '@waystone/kit'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { ManualClock, RecordedMetrics } from '@waystone/kit/testing'
import { definePlugin } from '@waystone/plugin'
import { Key } from 'interface-datastore'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createNode, pluginHostPlugin } from '../../src/index.ts'
import { createLogger } from '../../src/logging/component-logger.ts'
import { FaultLog } from '../../src/plugin-host/fault-log.ts'
import { scopedClock } from '../../src/plugin-host/scoped-clock.ts'
import { scopedEvents } from '../../src/plugin-host/scoped-events.ts'
import { scopedMetrics } from '../../src/plugin-host/scoped-metrics.ts'
import { allPlugins, localConfig } from '../local-node.ts'
import { folderWith } from './fixtures.ts'
import { config, HelloService, plugin, PROTOCOL, start, startWithScope, statusOf } from './hosting.ts'
import type { PluginScope } from '@waystone/plugin'
import type { PluginHost } from '../../src/index.ts'

describe('what a plugin gets', () => {
  it('is nothing but what the contract names', async () => {
    await using running = await startWithScope()
    expect(Object.keys(running.scope).toSorted()).toEqual([
      'clock',
      'components',
      'config',
      'datastore',
      'events',
      'log',
      'metrics',
      'name',
      'protocols',
      'random',
      'rpc',
      'signal'
    ])
    expect(Object.keys(running.scope.rpc).toSorted()).toEqual(['client', 'cursors', 'serve', 'transport'])
  })

  it('are the components that it named, and no others', async () => {
    let components: object = {}
    const named = definePlugin({
      name: 'hello',
      config,
      components: ['peerStore', 'peerId'],
      create: scope => void (components = scope.components)
    })
    await using running = await start({ plugin: named })
    expect(Reflect.get(components, 'peerId')).toEqual(running.node.libp2p.peerId)
    expect(Object.keys(components)).toEqual(['peerStore', 'peerId'])
    for (const key of ['privateKey', 'registrar', 'connectionManager', 'components']) {
      expect(() => Reflect.get(components, key)).toThrow(
        expect.objectContaining({ name: 'PluginComponentRefusedError' })
      )
    }
    expect(Reflect.set(components, 'peerStore', {})).toBe(false)
  })

  it.each(['privateKey', 'datastore', 'registrar', 'upgrader', 'rpc', 'constructor', 'nothing'])(
    'is never the component %s',
    async name => {
      const greedy = definePlugin({ name: 'hello', config, components: [name as 'peerId'], create: () => {} })
      await expect(start({ plugin: greedy })).rejects.toMatchObject({
        name: 'PluginComponentRefusedError',
        message: expect.stringMatching(new RegExp(`plugin hello may not have the component ${name}: .`))
      })
    }
  )

  it('is a part of the datastore', async () => {
    let scope: PluginScope | undefined
    const folder = await folderWith({})
    const datastore = new SqliteDatastore({ path: ':memory:' })
    await datastore.open()
    onTestFinished(() => datastore.close())
    const hello = plugin('hello', given => void (scope = given))
    const plugins = { ...allPlugins, plugins: pluginHostPlugin([{ plugin: hello }]) }
    await using node = await createNode({
      config: localConfig('edge', { dataDir: folder }),
      plugins,
      datastore,
      metrics: false,
      admin: false
    })
    await node.start()
    await scope?.datastore.put(new Key('/a'), Uint8Array.of(1))
    expect(await datastore.get(new Key('/plugin/hello/a'))).toEqual(Uint8Array.of(1))
  })

  it('are metrics with its name', async () => {
    const names: string[] = []
    const metrics = { ...new RecordedMetrics().toMetrics(), registerCounter: (name: string) => names.push(name) }
    const scoped = scopedMetrics(metrics as never, 'hello-you')
    scoped?.registerCounter('greetings_total')
    expect(names).toEqual(['waystone_plugin_hello_you_greetings_total'])
    expect(Reflect.get(scoped ?? {}, 'trackProtocolStream')).toBeUndefined()
  })
})

describe('what a plugin set up', () => {
  it('is withdrawn at its stop, and its open streams are aborted', async () => {
    await using running = await startWithScope()
    const { node, scope } = running
    await using other = await start()
    await scope.protocols.handle(PROTOCOL, () => {})
    await scope.rpc.serve(HelloService, {})
    await other.node.libp2p.dial(node.libp2p.getMultiaddrs())
    const stream = await other.node.libp2p.dialProtocol(node.libp2p.peerId, PROTOCOL)
    const ended = new Promise(resolve => stream.addEventListener('close', resolve))
    expect(node.libp2p.getProtocols()).toContain(PROTOCOL)
    const host = node.libp2p.services['plugins'] as PluginHost
    await host.beforeStop()
    await ended
    expect(node.libp2p.getProtocols()).not.toContain(PROTOCOL)
    expect((node.libp2p.services['rpc'] as { services(): string[] }).services()).not.toContain(HelloService.typeName)
    await expect(scope.protocols.handle(PROTOCOL, () => {})).rejects.toMatchObject({ name: 'PluginStoppedError' })
    await expect(scope.rpc.serve(HelloService, {})).rejects.toMatchObject({ name: 'PluginStoppedError' })
    await expect(scope.protocols.watch(PROTOCOL, {})).rejects.toMatchObject({ name: 'PluginStoppedError' })
  })

  it('can be withdrawn earlier, and set up again', async () => {
    await using running = await startWithScope()
    const { protocols } = running.scope
    const withdraw = await protocols.handle(PROTOCOL, () => {})
    await withdraw()
    await withdraw()
    await protocols.handle(PROTOCOL, () => {})
    expect(running.node.libp2p.getProtocols()).toContain(PROTOCOL)
  })

  it('throws, and the node runs on', async () => {
    const fired = Promise.withResolvers<void>()
    const failing = (): never => {
      throw new Error('no luck')
    }
    const hello = definePlugin({
      name: 'hello',
      config,
      components: ['events'],
      async create({ components, clock, protocols }) {
        components.events.addEventListener('peer:connect', failing)
        await protocols.handle(PROTOCOL, failing)
        await protocols.watch('/ipfs/ping/1.0.0', { onConnect: failing })
        clock.setTimeout(() => {
          fired.resolve()
          failing()
        }, 1)
      }
    })
    await using running = await start({ plugin: hello })
    await using other = await start()
    await fired.promise
    await other.node.libp2p.dial(running.node.libp2p.getMultiaddrs())
    const stream = await other.node.libp2p.dialProtocol(running.node.libp2p.peerId, PROTOCOL)
    await expect(framed(stream, { maxLength: 10 }).read()).rejects.toThrow()
    expect(statusOf(running.node)).toEqual([['hello', 'running', undefined]])
    expect(running.node.libp2p.getConnections(other.node.libp2p.peerId)).toHaveLength(1)
  })
})

it('does not sleep on after its stop, and leaves no timer', async () => {
  const clock = new ManualClock()
  const stop = new AbortController()
  const own = new AbortController()
  const log = createLogger({ isEnabled: () => false, write: () => {} }, 'hello')
  const faults = new FaultLog({ name: 'hello', log, clock, counter: undefined })
  const scoped = scopedClock(clock, faults, stop.signal)
  const slept = scoped.sleep(1_000)
  const ended = Promise.allSettled([scoped.sleep(5_000), scoped.sleep(5_000, { signal: own.signal })])
  await clock.advance(1_000)
  await slept
  own.abort(new Error('by itself'))
  stop.abort(new Error('the plugin stops'))
  const reasons = (await ended).map(outcome => (outcome.status === 'rejected' ? outcome.reason.message : 'slept'))
  expect(reasons).toEqual(['the plugin stops', 'by itself'])
  await expect(scoped.sleep(1)).rejects.toThrow('the plugin stops')
  expect(clock.pending).toBe(0)
})

it('tells of a flood of events by its count', async () => {
  const clock = new ManualClock()
  const told: [string, object | undefined][] = []
  const events = { emit: (kind: string, detail?: object) => void told.push([kind, detail]) }
  const scoped = scopedEvents({ name: 'hello', events, clock })
  for (let count = 0; count < 50_000; count++) scoped.emit('greeted')
  expect(told).toHaveLength(1_000)
  await clock.advance(1_000)
  scoped.emit('greeted', { who: 'x' })
  expect(told.slice(1_000)).toEqual([
    ['plugin:flood', { name: 'hello', leftOut: 49_000 }],
    ['plugin:hello:greeted', { who: 'x' }]
  ])
})
