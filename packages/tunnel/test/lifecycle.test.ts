import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tunnels as admin } from '@waystone/wire/admin'
import { endDeniedSymbol } from '@waystone/interface'
import { ManualClock, until } from '@waystone/kit/testing'
import { SilentServer, temporaryFolder } from '@waystone/kit/testing/node'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanUp, client, echo, endLater, failureOf, grants, pair, readAll, target, tunnelNode } from './nodes.ts'
import type { EndsDeniedWork } from '@waystone/interface'
import type { TunnelEvent } from '../src/index.ts'

afterEach(cleanUp)

const expectCode = async (call: Promise<unknown>, name: string): Promise<void> => {
  await expect(call).rejects.toMatchObject({ name })
}

describe('a forward', () => {
  it('resets connections and says why when the name is not there', async () => {
    const { local, forwarded } = await pair(await echo(), { name: 'other' })
    expect(await failureOf(await client(local))).toBe('ECONNRESET')
    expect(forwarded).toMatchObject([{ kind: 'refused', reason: 'the peer refuses other' }])
  })

  it('resets connections when the target is down', async () => {
    await using server = await SilentServer.listen()
    const { port } = server
    await server[Symbol.asyncDispose]()
    const { local, exposed, forwarded } = await pair(`127.0.0.1:${port}`)
    expect(await failureOf(await client(local))).toBe('ECONNRESET')
    expect(forwarded).toMatchObject([{ kind: 'refused', reason: 'nothing answers at the target of web' }])
    // only the operator of the target learns its address
    expect(exposed).toMatchObject([{ kind: 'refused', reason: expect.stringContaining(`:${port}`) }])
  })

  it('keeps listening while its peer is away, and works when it is there', async () => {
    const exposer = await tunnelNode()
    const forwarder = await tunnelNode()
    exposer.services.tunnel.expose({ name: 'web', target: await echo(), allow: 'anyone' })
    const address = exposer.getMultiaddrs()[0]?.toString() ?? ''
    await exposer.stop()
    const forwarded: TunnelEvent[] = []
    const onEvent = (event: TunnelEvent): void => void forwarded.push(event)
    const forward = await forwarder.services.tunnel.forward({ local: '0', peer: address, name: 'web', onEvent })
    expect(await failureOf(await client(forward.listening))).toBe('ECONNRESET')
    expect(forwarded).toMatchObject([{ kind: 'refused', reason: expect.stringContaining('cannot reach') }])
    await exposer.start()
    exposer.services.tunnel.expose({ name: 'web', target: await echo(), allow: 'anyone' })
    await forwarder.dial(exposer.getMultiaddrs())
    const socket = await client(forward.listening)
    socket.end('x')
    expect((await readAll(socket)).toString()).toBe('x')
  })

  it('takes another connection when the one it has is dead', async () => {
    const { local, exposer, forwarder, connection, forwarded } = await pair(await echo())
    await forwarder.peerStore.patch(exposer.peerId, { multiaddrs: exposer.getMultiaddrs() })
    connection.newStream = async () => await Promise.reject(new Error('dead'))
    const socket = await client(local)
    socket.end('x')
    expect((await readAll(socket)).toString()).toBe('x')
    expect(forwarded.filter(({ kind }) => kind === 'refused')).toEqual([])
  })

  it('gives up on a peer that never answers', async () => {
    const clock = new ManualClock()
    const { local, exposer, forwarded } = await pair(await echo(), { forwarder: { clock } })
    await exposer.unhandle('/waystone/tunnel/1.0.0')
    await exposer.handle('/waystone/tunnel/1.0.0', () => {})
    const socket = await client(local)
    for (const _ of [1, 2]) {
      await until(() => clock.pending > 0)
      await clock.advance(20_000)
    }
    expect(await failureOf(socket)).toBe('ECONNRESET')
    expect(forwarded).toMatchObject([{ kind: 'refused' }])
    expect(clock.pending).toBe(0)
  })

  it('refuses an address that is in use, and one that is not of this machine', async () => {
    await using server = await SilentServer.listen()
    const { services, peerId } = await tunnelNode()
    const options = { peer: peerId.toString(), name: 'web' }
    await expectCode(services.tunnel.forward({ ...options, local: String(server.port) }), 'LocalAddressInUseError')
    await expectCode(services.tunnel.forward({ ...options, local: '192.0.2.1:0' }), 'LocalAddressUnavailableError')
    await expectCode(services.tunnel.forward({ ...options, local: ':0' }), 'TunnelAddressInvalidError')
    await expectCode(services.tunnel.forward({ ...options, local: '0', name: 'A' }), 'TunnelNameInvalidError')
    await expectCode(services.tunnel.forward({ ...options, local: '0', peer: 'bob' }), 'PeerNameInvalidError')
    expect(services.tunnel.list()).toEqual([])
  })

  it('takes the place of a unix socket that a killed process left behind, and of nothing else', async () => {
    await using folder = await temporaryFolder()
    const [stale, file] = [join(folder.path, 'stale'), join(folder.path, 'file')]
    const script = `net.createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script, stale])
    await writeFile(file, 'kept')
    const { services, peerId } = await tunnelNode()
    const options = { peer: peerId.toString(), name: 'web' }
    const { listening } = await services.tunnel.forward({ ...options, local: `unix:${stale}` })
    expect(listening).toBe(`unix:${stale}`)
    await expectCode(services.tunnel.forward({ ...options, local: `unix:${stale}` }), 'LocalAddressInUseError')
    await expectCode(services.tunnel.forward({ ...options, local: `unix:${file}` }), 'LocalAddressInUseError')
    expect(await readFile(file, 'utf8')).toBe('kept')
  })

  it('listens on a unix socket and reaches one', async () => {
    await using folder = await temporaryFolder()
    const { exposer, forwarder } = await pair(await echo())
    const [here, there] = [join(folder.path, 'here'), join(folder.path, 'there')]
    const inner = await exposer.services.tunnel.forward({
      local: `unix:${there}`,
      peer: forwarder.peerId.toString(),
      name: 'echo'
    })
    forwarder.services.tunnel.expose({ name: 'echo', target: await echo(), allow: 'anyone' })
    exposer.services.tunnel.expose({ name: 'twice', target: `unix:${there}`, allow: 'anyone' })
    const outer = await forwarder.services.tunnel.forward({
      local: `unix:${here}`,
      peer: exposer.peerId.toString(),
      name: 'twice'
    })
    const socket = connect({ path: here, allowHalfOpen: true })
    endLater(() => socket.destroy())
    socket.end('through two')
    expect((await readAll(socket)).toString()).toBe('through two')
    await outer[Symbol.asyncDispose]()
    await inner[Symbol.asyncDispose]()
  })
})

describe('an exposure', () => {
  it('takes back what it allowed and resets its tunnels when it ends', async () => {
    const trust = grants()
    const exposer = await tunnelNode({ trust })
    const forwarder = await tunnelNode()
    const address = exposer.getMultiaddrs()[0]?.toString() ?? ''
    const exposure = exposer.services.tunnel.expose({ name: 'web', target: await echo(), allow: [forwarder.peerId] })
    const forward = await forwarder.services.tunnel.forward({ local: '0', peer: address, name: 'web' })
    const socket = await client(forward.listening)
    socket.write('x')
    await once(socket, 'data')
    expect(trust.size()).toBe(1)
    await exposure[Symbol.asyncDispose]()
    expect(trust.size()).toBe(0)
    expect(await failureOf(socket)).toBe('ECONNRESET')
    expect(exposer.services.tunnel.list()).toEqual([])
    // what was exposed under the same name since is not touched
    exposer.services.tunnel.expose({ name: 'web', target: await echo() })
    await exposure[Symbol.asyncDispose]()
    expect(exposer.services.tunnel.list()).toHaveLength(1)
  })

  it('needs a name that is free, and an address that can be read', async () => {
    const { services } = await tunnelNode()
    const expose = (name: string, to: string) => () => services.tunnel.expose({ name, target: to })
    services.tunnel.expose({ name: 'web', target: '127.0.0.1:80' })
    expect(expose('web', '127.0.0.1:81')).toThrow(expect.objectContaining({ name: 'NameExposedError' }))
    expect(expose('Web', '127.0.0.1:81')).toThrow(expect.objectContaining({ name: 'TunnelNameInvalidError' }))
    expect(expose('ssh', '22')).toThrow(expect.objectContaining({ name: 'TunnelAddressInvalidError' }))
  })
})

describe('the service', () => {
  it('stops with open tunnels, resets both ends, and starts again', async () => {
    const { promise: failure, resolve } = Promise.withResolvers<string | undefined>()
    const { local, forwarder } = await pair(await target(socket => void failureOf(socket).then(resolve)))
    const socket = await client(local)
    socket.write('x')
    await until(() => forwarder.services.tunnel.list()[0]?.bytesSent === 1)
    await forwarder.stop()
    await forwarder.stop()
    expect(await failureOf(socket)).toBe('ECONNRESET')
    expect(await failure).toBe('ECONNRESET')
    expect(forwarder.services.tunnel.list()).toEqual([])
    const [host, port] = local.split(':')
    await expect(once(connect({ host: host ?? '', port: Number(port) }), 'connect')).rejects.toThrow()
    expect(() => forwarder.services.tunnel.expose({ name: 'a', target: 'a:1' })).toThrow(
      expect.objectContaining({ name: 'TunnelsStoppedError' })
    )
    await forwarder.start()
    expect(forwarder.services.tunnel.list()).toEqual([])
  })

  it('exposes and forwards what its init says, at every start', async () => {
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
    const trust = grants()
    const node = await tunnelNode({
      trust,
      expose: [{ name: 'web', target: '127.0.0.1:80', allow: 'anyone' }],
      forward: [{ local: '0', peer: stranger, name: 'db' }]
    })
    for (const _ of [1, 2]) {
      expect(node.services.tunnel.list()).toMatchObject([
        { name: 'web', side: 'expose', local: '127.0.0.1:80' },
        { name: 'db', side: 'forward', local: expect.stringMatching(/^127.0.0.1:\d+$/) }
      ])
      await node.stop()
      expect(trust.size()).toBe(0)
      await node.start()
    }
  })

  it('does not start when a local address is in use, and leaves nothing behind', async () => {
    await using server = await SilentServer.listen()
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
    const trust = grants()
    const expose = [{ name: 'web', target: '127.0.0.1:80', allow: 'anyone' as const }]
    const forward = [{ local: String(server.port), peer: stranger, name: 'db' }]
    await expectCode(tunnelNode({ trust, expose, forward }), 'LocalAddressInUseError')
    expect(trust.size()).toBe(0)
  })

  it('tells the operator what happens', async () => {
    const emitted: [string, unknown][] = []
    const events = { emit: (kind: string, detail?: unknown) => void emitted.push([kind, detail]) }
    const { local, forwarder, exposer } = await pair(await echo(), { exposer: { events } })
    const socket = await client(local)
    socket.end('abc')
    await readAll(socket)
    await until(() => emitted.length === 2)
    const peer = forwarder.peerId.toString()
    expect(emitted).toEqual([
      ['tunnel:open', { side: 'expose', name: 'web', id: 1, peer, path: 'direct', transport: 'tcp' }],
      ['tunnel:close', { side: 'expose', name: 'web', id: 1, bytesReceived: 3, bytesSent: 3, outcome: 'closed' }]
    ])
    expect(exposer.services.tunnel.list()).toMatchObject([{ open: 0, bytesReceived: 3, bytesSent: 3 }])
  })

  it('lets peers that may administer the node list tunnels, and open none', async () => {
    const trust = grants()
    const { exposer, forwarder } = await pair(await echo(), { exposer: { trust } })
    const client_ = forwarder.services.rpc.client(admin.TunnelService, exposer.peerId)
    await expect(client_.listTunnels({})).rejects.toThrow('[permission_denied]')
    trust.grant('admin', [forwarder.peerId])
    const { tunnels } = await client_.listTunnels({})
    expect(tunnels).toMatchObject([{ name: 'web', side: admin.TunnelSide.EXPOSE }])
    const calls = [client_.forward({ local: '0', peer: exposer.peerId.toString(), name: 'web' }), client_.expose({})]
    for (const call of calls) {
      await expect(call[Symbol.asyncIterator]().next()).rejects.toThrow('[permission_denied]')
    }
  })
})

describe('when trust changes', () => {
  it('only the tunnels that may not go on are reset', async () => {
    const { local, exposer, forwarder, exposed } = await pair(await echo())
    const other = await tunnelNode()
    await other.dial(exposer.getMultiaddrs())
    exposer.services.tunnel.expose({ name: 'free', target: await echo(), allow: 'anyone' })
    const init = { local: '0', peer: exposer.peerId.toString(), name: 'free' }
    const stays = await client((await other.services.tunnel.forward(init)).listening)
    const goes = await client(local)
    await until(() => exposer.services.tunnel.list().every(({ open }) => open === 1))
    const service = exposer.services.tunnel as unknown as EndsDeniedWork
    expect(service[endDeniedSymbol](() => true)).toEqual([])
    const ended = service[endDeniedSymbol](peer => !peer.equals(forwarder.peerId))
    expect(ended).toMatchObject([{ trustFunction: 'tunnel:web' }])
    expect(await failureOf(goes)).toBe('ECONNRESET')
    await until(() => exposed.some(({ kind }) => kind === 'close'))
    stays.end('x')
    expect((await readAll(stays)).toString()).toBe('x')
  })
})
