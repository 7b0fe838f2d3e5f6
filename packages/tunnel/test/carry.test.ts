import { once } from 'node:events'
import { TUNNEL_PROTOCOL } from '@waystone/wire'
import { until } from '@waystone/kit/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { WINDOW_BYTES } from '../src/constants.ts'
import { cleanUp, client, echo, failureOf, pair, readAll, target } from './nodes.ts'
import type { Socket } from 'node:net'

afterEach(cleanUp)

const MIB = 1024 * 1024

describe('a tunnel', () => {
  it('carries bytes both ways and the end of each direction by itself', async () => {
    const { promise: said, resolve } = Promise.withResolvers<Buffer>()
    const to = await target(socket => {
      // answers only when the client has ended its side
      const all = readAll(socket)
      resolve(all)
      void all.then(() => socket.end('the answer'))
    })
    const { local, exposed, forwarded } = await pair(to)
    const socket = await client(local)
    socket.end('the question')
    expect((await readAll(socket)).toString()).toBe('the answer')
    expect((await said).toString()).toBe('the question')
    await until(() => exposed.length === 2 && forwarded.length === 2)
    expect(exposed).toMatchObject([
      { kind: 'open', id: 1, route: { path: 'direct', transport: 'tcp' } },
      { kind: 'close', bytesReceived: 12, bytesSent: 10, failure: undefined }
    ])
    expect(forwarded[1]).toMatchObject({ kind: 'close', bytesReceived: 10, bytesSent: 12, failure: undefined })
  })

  it('lets the target end first, and still carries what the client says', async () => {
    const { promise: said, resolve } = Promise.withResolvers<Buffer>()
    const to = await target(socket => {
      socket.end('first')
      void readAll(socket).then(resolve)
    })
    const { local } = await pair(to)
    const socket = await client(local)
    expect((await readAll(socket)).toString()).toBe('first')
    socket.end('last')
    expect((await said).toString()).toBe('last')
  })

  it('leaves no stream open when it is over', async () => {
    const { local, connection, exposer, forwarded } = await pair(await echo())
    const socket = await client(local)
    socket.end('x')
    await readAll(socket)
    await until(() => forwarded.length === 2)
    const streams = [connection, ...exposer.getConnections()].flatMap(each => each.streams)
    await until(() => streams.every(({ protocol, status }) => protocol !== TUNNEL_PROTOCOL || status !== 'open'))
    expect(streams.filter(({ status }) => status === 'aborted' || status === 'reset')).toEqual([])
  })

  it('turns a reset by the client into a reset of the target', async () => {
    const { promise: taken, resolve } = Promise.withResolvers<Socket>()
    const { local, exposed } = await pair(await target(resolve))
    const socket = await client(local)
    socket.write('x')
    const there = await taken
    await once(there, 'data')
    socket.resetAndDestroy()
    expect(await failureOf(there)).toBe('ECONNRESET')
    await until(() => exposed.length === 2)
    expect(exposed[1]).toMatchObject({ kind: 'close', failure: { name: 'TunnelBrokenError' } })
  })

  it('turns a reset by the target into a reset of the client', async () => {
    const { local, forwarded } = await pair(await target(socket => socket.once('data', () => socket.resetAndDestroy())))
    const socket = await client(local)
    socket.write('x')
    expect(await failureOf(socket)).toBe('ECONNRESET')
    await until(() => forwarded.length === 2)
    expect(forwarded[1]).toMatchObject({ kind: 'close', failure: { name: 'TunnelBrokenError' } })
  })

  it('resets the client when the connection to the peer is lost, even after the client has ended', async () => {
    const { local, connection } = await pair(await target(socket => socket.write('half of it')))
    const socket = await client(local)
    await once(socket, 'data')
    socket.end('all of it')
    connection.abort(new Error('the cable was pulled'))
    expect(await failureOf(socket)).toBe('ECONNRESET')
  })

  it('resets the client when the peer closes the connection in order but ends no tunnel', async () => {
    const { local, exposer } = await pair(await target(socket => socket.write('half of it')))
    const socket = await client(local)
    await once(socket, 'data')
    void exposer.stop()
    expect(await failureOf(socket)).toBe('ECONNRESET')
  })

  it.each(['client', 'target'])('makes the writer wait while the %s reads nothing', async reader => {
    const { promise: taken, resolve } = Promise.withResolvers<Socket>()
    const { local, forwarder, exposer } = await pair(await target(socket => resolve(socket.pause())))
    const mine = (await client(local)).pause()
    const writer = reader === 'client' ? await taken : mine
    const idle = reader === 'client' ? mine : await taken
    const sender = reader === 'client' ? exposer : forwarder
    const sent = (): number => sender.services.tunnel.list()[0]?.bytesSent ?? 0
    // far more than all buffers on the way together
    const bytes = Buffer.alloc(32 * MIB, 'x')
    writer.end(bytes)
    await until(() => sent() >= WINDOW_BYTES - MIB)
    const before = await settled(sent)
    expect(before).toBeLessThan(WINDOW_BYTES * 4)
    expect((await readAll(idle)).equals(bytes)).toBe(true)
  })

  it('keeps other tunnels going while one is not read', async () => {
    const sockets: Socket[] = []
    const to = await target(socket => {
      sockets.push(socket)
      if (sockets.length === 1) socket.pause().write(Buffer.alloc(32 * MIB))
      else socket.pipe(socket)
    })
    const { local } = await pair(to)
    const stuck = (await client(local)).pause()
    await until(() => sockets.length === 1)
    stuck.write(Buffer.alloc(32 * MIB))
    const other = await client(local)
    other.end('hello')
    expect((await readAll(other)).toString()).toBe('hello')
  })

  it('carries any bytes, cut in any way, whole and in order', async () => {
    const { local } = await pair(await echo())
    const pieces = fc.array(fc.uint8Array({ maxLength: 100_000, size: 'max' }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(pieces, async parts => {
        const socket = await client(local)
        const echoed = readAll(socket)
        for (const part of parts) {
          if (!socket.write(part)) await once(socket, 'drain')
        }
        socket.end()
        expect((await echoed).equals(Buffer.concat(parts))).toBe(true)
      }),
      { numRuns: 20 }
    )
  })
})

/** The number once it is the same in many turns of the event loop. */
async function settled(read: () => number): Promise<number> {
  let last = -1
  let same = 0
  await until(() => {
    same = read() === last ? same + 1 : 0
    last = read()
    return same === 20
  })
  return last
}
