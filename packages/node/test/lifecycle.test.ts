import { createSocket } from 'node:dgram'
import { readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { ManualClock } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { SilentServer, temporaryFolder } from '@waystone/kit/testing/node'
import { adminUrlPath, createNode } from '../src/index.ts'
import { datastorePath } from '../src/data-folder.ts'
import { stopInOrder } from '../src/lifecycle/stop-in-order.ts'
import { allPlugins, localConfig, noTransports, startLocalNode } from './local-node.ts'

test('parts stop one after the other in the order given', async () => {
  const stopped: string[] = []
  const part = (name: string) => ({ name, stop: () => void stopped.push(name) })
  await stopInOrder([part('a'), part('b'), part('c')], { deadlineMs: 10, clock: new ManualClock() })
  expect(stopped).toEqual(['a', 'b', 'c'])
})

test('a part that hangs ends the stop at the deadline with an error that names it', async () => {
  const clock = new ManualClock()
  const hanging = { name: 'the hanging part', stop: () => Promise.withResolvers<void>().promise }
  const outcome = stopInOrder([hanging], { deadlineMs: 8_000, clock }).catch((error: unknown) => error)
  await clock.advance(8_000)
  expect(await outcome).toMatchObject({
    name: 'StopTimedOutError',
    exitCode: 4,
    message: 'the hanging part did not stop within 8000 ms'
  })
})

test('a part that fails does not keep the next ones running', async () => {
  const stopped: string[] = []
  const failing = { name: 'failing', stop: () => Promise.reject(new Error('no')) }
  const next = { name: 'next', stop: () => void stopped.push('next') }
  const stopping = stopInOrder([failing, next], { deadlineMs: 10, clock: new ManualClock() })
  await expect(stopping).rejects.toMatchObject({ name: 'StopFailedError' })
  expect(stopped).toEqual(['next'])
})

test('a node can be stopped before it started, and twice', async () => {
  await using folder = await temporaryFolder()
  const node = await createNode({
    config: localConfig('relay', { dataDir: folder.path }),
    plugins: allPlugins,
    metrics: false
  })
  await node.stop()
  await node.stop()
  await expect(node.start()).rejects.toMatchObject({ name: 'NodeStoppedError' })
})

test('a node that is stopped while it starts ends up stopped', async () => {
  await using folder = await temporaryFolder()
  const node = await createNode({
    config: localConfig('relay', { dataDir: folder.path }),
    plugins: allPlugins,
    metrics: false
  })
  const outcome = node.start().catch((error: unknown) => error)
  await node.stop()
  expect(await outcome).toMatchObject({ name: 'NodeStoppedError' })
  expect(node.libp2p.status).toBe('stopped')
  expect(node.adminUrl).toBeUndefined()
})

test('a start that is aborted stops everything again', async () => {
  await using folder = await temporaryFolder()
  const node = await createNode({
    config: localConfig('relay', { dataDir: folder.path }),
    plugins: allPlugins,
    metrics: false
  })
  await expect(node.start({ signal: AbortSignal.abort(new Error('changed my mind')) })).rejects.toThrow(
    'changed my mind'
  )
  expect(node.libp2p.status).toBe('stopped')
})

test('a port in use is named, and the data folder is free again afterwards', async () => {
  await using folder = await temporaryFolder()
  await using other = await SilentServer.listen()
  const { port } = other
  const addresses = { listen: [`/ip4/127.0.0.1/tcp/${port}`, '/ip4/127.0.0.1/tcp/0'], announce: [], private: true }
  const config = localConfig('relay', { dataDir: folder.path, addresses })
  const node = await createNode({ config, plugins: allPlugins, metrics: false })
  await expect(node.start()).rejects.toMatchObject({
    name: 'PortInUseError',
    exitCode: 3,
    message: `another process listens on /ip4/127.0.0.1/tcp/${port}`
  })
  await other[Symbol.asyncDispose]()
  await using again = await startLocalNode('relay', { dataDir: folder.path, addresses })
  expect(again.node.libp2p.getMultiaddrs()).toHaveLength(2)
})

test.each(['/ip4/127.0.0.1/udp/PORT/quic-v1', '/ip4/127.0.0.1/tcp/PORT/ws', '/ip4/127.0.0.1/udp/PORT/webrtc-direct'])(
  'a port in use is named for %s',
  async pattern => {
    const transports = { ...localConfig('relay').transports, quic: true, ws: true, webrtcDirect: true }
    const on = (port: string | number) => ({
      listen: [pattern.replace('PORT', String(port))],
      announce: [],
      private: true
    })
    await using first = await startLocalNode('relay', { transports, addresses: on(0) })
    const port = /\/(?:udp|tcp)\/(\d+)/.exec(first.addresses[0] ?? '')?.[1] ?? ''
    await expect(startLocalNode('relay', { transports, addresses: on(port) })).rejects.toMatchObject({
      name: 'PortInUseError'
    })
  }
)

test('a UDP port that something else has is named for WebRTC-direct', async () => {
  const other = createSocket('udp4').bind(0, '127.0.0.1')
  await once(other, 'listening')
  const listen = [`/ip4/127.0.0.1/udp/${other.address().port}/webrtc-direct`]
  const transports = { ...noTransports, webrtcDirect: true }
  await expect(
    startLocalNode('relay', { transports, addresses: { listen, announce: [], private: true } })
  ).rejects.toMatchObject({
    name: 'PortInUseError',
    message: expect.stringContaining(listen[0] ?? '')
  })
})

test('an address that is not of this machine is named', async () => {
  const addresses = { listen: ['/ip4/192.0.2.1/tcp/0'], announce: [], private: true }
  await expect(startLocalNode('relay', { addresses })).rejects.toMatchObject({
    name: 'ListenFailedError',
    exitCode: 3,
    message: expect.stringContaining('/ip4/192.0.2.1/tcp/0')
  })
})

test('the admin port in use is named', async () => {
  await using other = await SilentServer.listen()
  const { port } = other
  const admin = { host: '127.0.0.1', port, names: [], tls: {} }
  await expect(startLocalNode('relay', { admin }, { admin: true })).rejects.toMatchObject({ name: 'PortInUseError' })
})

test('a data folder in use by another node is refused and stays usable', async () => {
  await using folder = await temporaryFolder()
  const config = localConfig('relay', { dataDir: folder.path })
  await using first = await createNode({ config, plugins: allPlugins, metrics: false })
  await first.start()
  await expect(createNode({ config, plugins: allPlugins, metrics: false })).rejects.toMatchObject({
    name: 'DatastoreLockedError'
  })
  expect(first.missing()).toEqual([])
})

test('a corrupt datastore is refused and left as it is', async () => {
  await using folder = await temporaryFolder()
  const path = datastorePath(folder.path)
  await writeFile(path, 'this is no database, and longer than the header of one would be'.repeat(20))
  const config = localConfig('relay', { dataDir: folder.path })
  await expect(createNode({ config, plugins: allPlugins, metrics: false })).rejects.toMatchObject({
    name: 'DatastoreCorruptError'
  })
  await expect(readFile(path, 'utf8')).resolves.toContain('this is no database')
})

test('a data folder that is a file is named', async () => {
  await using folder = await temporaryFolder()
  const dataDir = `${folder.path}/file`
  await writeFile(dataDir, '')
  const config = localConfig('relay', { dataDir })
  await expect(createNode({ config, plugins: allPlugins, metrics: false })).rejects.toMatchObject({
    name: 'DataFolderError',
    exitCode: 3
  })
})

test('a node keeps its identity over a restart', async () => {
  await using folder = await temporaryFolder()
  const config = localConfig('relay', { dataDir: folder.path })
  const ids: string[] = []
  for (let run = 0; run < 2; run++) {
    await using node = await createNode({ config, plugins: allPlugins, metrics: false })
    await node.start()
    ids.push(node.libp2p.peerId.toString())
  }
  expect(ids[0]).toBe(ids[1])
})

test('admin.url holds the address while the node runs and is gone after a stop', async () => {
  await using folder = await temporaryFolder()
  await writeFile(adminUrlPath(folder.path), 'http://127.0.0.1:1 left behind by a crash')
  const node = await createNode({
    config: localConfig('relay', { dataDir: folder.path }),
    plugins: allPlugins,
    metrics: false
  })
  await node.start()
  await expect(readFile(adminUrlPath(folder.path), 'utf8')).resolves.toBe(`${node.adminUrl}\n`)
  await node.stop()
  await expect(readFile(adminUrlPath(folder.path))).rejects.toMatchObject({ code: 'ENOENT' })
})
