import 'reflect-metadata'
import { connect, TLSSocket } from 'node:tls'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { toNodeDuplex } from '@libp2p/tls/utils'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describeDialFailure } from '@waystone/kit'
import { generateCertificate, makePeerCertificate } from './certificates.ts'
import { MUXER, ours, stock } from './encrypters.ts'
import type { MessageStream, SecuredConnection } from '@libp2p/interface'
import type { ConnectionOptions } from 'node:tls'
import type { Party } from './encrypters.ts'

const SECOND = '/mplex/6.7.0'

async function meet(client: Party, server: Party): Promise<{ out: SecuredConnection; in: SecuredConnection }> {
  const [outbound, inbound] = multiaddrConnectionPair()
  const [out, accepted] = await Promise.all([
    client.encrypter.secureOutbound(outbound, { remotePeer: server.id }),
    server.encrypter.secureInbound(inbound)
  ])
  return { out, in: accepted }
}

async function received(stream: MessageStream, length: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  stream.addEventListener('message', ({ data }) => {
    text += Buffer.from(data.subarray()).toString()
    if (text.length >= length) resolve(text)
  })
  return await promise
}

const makers = { ours, stock }

describe.each([
  ['ours', 'ours'],
  ['ours', 'stock'],
  ['stock', 'ours']
] as const)('%s dials %s', (dialler, listener) => {
  it('and both know the other, agree on a muxer, and can talk', async () => {
    const [client, server] = [await makers[dialler](), await makers[listener]()]
    const secured = await meet(client, server)
    expect(secured.out.remotePeer.equals(server.id)).toBe(true)
    expect(secured.in.remotePeer.equals(client.id)).toBe(true)
    expect([secured.out.streamMuxer?.protocol, secured.in.streamMuxer?.protocol]).toEqual([MUXER, MUXER])
    const [there, back] = [received(secured.in.connection, 5), received(secured.out.connection, 4)]
    secured.out.connection.send(Buffer.from('there'))
    secured.in.connection.send(Buffer.from('back'))
    expect([await there, await back]).toEqual(['there', 'back'])
    await secured.out.connection.close()
  })

  it('and without a muxer in common agree on none yet', async () => {
    const [client, server] = [await makers[dialler](), await makers[listener]({ muxers: [SECOND] })]
    const secured = await meet(client, server)
    expect([secured.out.streamMuxer, secured.in.streamMuxer]).toEqual([undefined, undefined])
  })
})

it('takes the muxer that the client likes best', async () => {
  const [client, server] = [await ours({ muxers: [SECOND, MUXER] }), await ours({ muxers: [MUXER, SECOND] })]
  const secured = await meet(client, server)
  expect([secured.out.streamMuxer?.protocol, secured.in.streamMuxer?.protocol]).toEqual([SECOND, SECOND])
})

it('offers no muxer where none is to be agreed upon', async () => {
  const [client, server] = [await ours(), await ours()]
  const [outbound, inbound] = multiaddrConnectionPair()
  const [out, accepted] = await Promise.all([
    client.encrypter.secureOutbound(outbound, { skipStreamMuxerNegotiation: true }),
    server.encrypter.secureInbound(inbound, { skipStreamMuxerNegotiation: true })
  ])
  expect([out.streamMuxer, accepted.streamMuxer]).toEqual([undefined, undefined])
})

describe('hostile peers', () => {
  const nameOf = (error: Error): string => error.name
  const tls13 = { minVersion: 'TLSv1.3', rejectUnauthorized: false } as const

  /** How the handshake of a server of ours ends with a client that does as it likes. */
  async function serve(client: (stream: MessageStream) => void | Promise<void>, signal?: AbortSignal): Promise<string> {
    const server = await ours()
    const [outbound, inbound] = multiaddrConnectionPair()
    const ended = server.encrypter.secureInbound(inbound, signal && { signal }).then(() => 'secured', nameOf)
    await client(outbound)
    const name = await ended
    expect(inbound.status).not.toBe('open')
    return name
  }

  function dial(stream: MessageStream, options: ConnectionOptions): TLSSocket {
    const socket = connect({ socket: toNodeDuplex(stream), ALPNProtocols: ['libp2p'], ...tls13, ...options })
    return socket.on('error', () => undefined)
  }

  it('with no certificate', async () => {
    expect(await serve(stream => void dial(stream, {}))).toBe('PeerCertificateError')
  })

  it('with a chain of certificates', async () => {
    const [own, other] = [await makePeerCertificate(), await makePeerCertificate()]
    expect(await serve(stream => void dial(stream, { key: own.key, cert: `${own.cert}\n${other.cert}` }))).toBe(
      'PeerCertificateError'
    )
  })

  it('that speak an older TLS', async () => {
    const { cert, key } = await generateCertificate(await generateKeyPair('Ed25519'))
    expect(await serve(stream => void dial(stream, { cert, key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }))).toBe(
      'TlsHandshakeError'
    )
  })

  it('that offer protocols of which none is ours', async () => {
    const { cert, key } = await generateCertificate(await generateKeyPair('Ed25519'))
    expect(await serve(stream => void dial(stream, { cert, key, ALPNProtocols: ['h2'] }))).toBe('TlsHandshakeError')
  })

  it.each([
    ['say what is no TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(100))],
    [
      'begin a record that is longer than any',
      Buffer.from([22, 3, 1, 255, 255, ...Array.from({ length: 20_000 }, () => 1)])
    ]
  ])('that %s', async (_what, bytes) => {
    expect(await serve(stream => void stream.send(bytes))).toBe('TlsHandshakeError')
  })

  it('that close in the middle', async () => {
    expect(await serve(async stream => await stream.close())).toBe('TlsHandshakeError')
  })

  it('that reset in the middle', async () => {
    expect(await serve(stream => stream.abort(new Error('away')))).toBe('TlsHandshakeError')
  })

  it('that are silent until the time is up', async () => {
    const ending = new AbortController()
    const name = await serve(() => ending.abort(Object.assign(new Error('late'), { name: 'LateError' })), ending.signal)
    expect(name).toBe('LateError')
  })

  it('that want to resume a session show their certificate again', async () => {
    const { encrypter } = await ours()
    const hostKey = await generateKeyPair('Ed25519')
    const shown = await generateCertificate(hostKey)
    const [first, firstIn] = multiaddrConnectionPair()
    const { promise: session, resolve } = Promise.withResolvers<Buffer>()
    dial(first, shown).on('session', resolve).resume()
    await encrypter.secureInbound(firstIn)
    const [second, secondIn] = multiaddrConnectionPair()
    const client = dial(second, { ...shown, session: await session })
    const { remotePeer } = await encrypter.secureInbound(secondIn)
    expect(remotePeer.equals(peerIdFromPrivateKey(hostKey))).toBe(true)
    expect(client.isSessionReused()).toBe(false)
  })

  it('that are others than were dialled', async () => {
    const [client, server, other] = [await ours(), await stock(), await ours()]
    const [outbound, inbound] = multiaddrConnectionPair()
    server.encrypter.secureInbound(inbound).catch(() => undefined)
    const dialled = client.encrypter.secureOutbound(outbound, { remotePeer: other.id })
    const failure: unknown = await dialled.catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'UnexpectedPeerError' })
    const text = failure instanceof Error ? failure.message : ''
    expect(describeDialFailure(new Error(text)).result).toBe('wrong_peer')
    expect(outbound.status).not.toBe('open')
  })

  it('a server with a certificate of nobody', async () => {
    const { cert, key } = await makePeerCertificate({ prefix: 'other' })
    const [outbound, inbound] = multiaddrConnectionPair()
    const socket = new TLSSocket(toNodeDuplex(inbound), {
      isServer: true,
      cert,
      key,
      requestCert: true,
      ...tls13,
      ALPNProtocols: ['libp2p']
    })
    socket.on('error', () => undefined)
    const { encrypter } = await ours()
    expect(await encrypter.secureOutbound(outbound).then(String, nameOf)).toBe('PeerCertificateError')
  })

  it('one whose signal had ended before leaves nothing behind', async () => {
    const { encrypter } = await ours()
    const [outbound] = multiaddrConnectionPair()
    const signal = AbortSignal.abort(Object.assign(new Error('late'), { name: 'LateError' }))
    expect(await encrypter.secureOutbound(outbound, { signal }).then(String, nameOf)).toBe('LateError')
    expect(outbound.status).not.toBe('open')
  })
})
