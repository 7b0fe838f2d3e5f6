import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { createDeadline, systemClock } from '@waystone/kit'
import { probeTls } from '../src/browser/tls-probe.ts'
import { createAuthority } from './certificates.ts'
import type { Server } from 'node:net'
import type { CertificateInit } from './certificates.ts'

// the certificates are checked against the machine's time
const now = systemClock.now()
const authority = await createAuthority(now)
const dns = [{ type: 'dns', value: 'seed.example.org' }] as const

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function serve(init: CertificateInit): Promise<number> {
  return await listen(createTlsServer(await authority.sign(init)))
}

async function probe(port: number, name = 'seed.example.org', trusted = [authority.certificate]) {
  using deadline = createDeadline({ ms: 10_000, what: 'the handshake' })
  return await probeTls({ host: '127.0.0.1', port, name }, { signal: deadline.signal, clock: systemClock, trusted })
}

it('accepts a certificate of a known authority for the name, and counts its days', async () => {
  const result = await probe(await serve({ names: [...dns] }))
  expect(result).toEqual({ status: 'valid', daysLeft: expect.any(Number), names: 'DNS:seed.example.org' })
  expect([59, 60]).toContain(result.daysLeft)
})

it('accepts one for an IP address, and one with a wildcard', async () => {
  const ip = await serve({ names: [{ type: 'ip', value: '127.0.0.1' }] })
  expect((await probe(ip, '127.0.0.1')).status).toBe('valid')
  const wildcard = await serve({ names: [{ type: 'dns', value: '*.k51.libp2p.direct' }] })
  expect((await probe(wildcard, '127-0-0-1.k51.libp2p.direct')).status).toBe('valid')
})

it('says what is wrong with a certificate', async () => {
  const other = await probe(await serve({ names: [{ type: 'dns', value: 'other.example.org' }] }))
  expect(other).toMatchObject({ status: 'invalid', reason: 'the certificate is for another name' })
  const expired = await probe(await serve({ names: [...dns], days: -3 }))
  expect(expired).toMatchObject({ status: 'invalid', reason: 'the certificate has expired', daysLeft: -3 })
  const unknown = await probe(await serve({ names: [...dns] }), 'seed.example.org', [])
  expect(unknown).toMatchObject({ status: 'invalid', reason: expect.stringContaining('authority') })
})

it('does not trust the authority of a test by itself', async () => {
  using deadline = createDeadline({ ms: 10_000, what: 'the handshake' })
  const target = { host: '127.0.0.1', port: await serve({ names: [...dns] }), name: 'seed.example.org' }
  expect((await probeTls(target, { signal: deadline.signal, clock: systemClock })).status).toBe('invalid')
})

it('tells a server without TLS, a closed port and a silent server apart from certificates', async () => {
  const plain = await listen(createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  expect(await probe(plain)).toMatchObject({ status: 'invalid', reason: expect.stringContaining('speaks no TLS') })
  const closed = createServer()
  const port = await listen(closed)
  closed.close()
  expect(await probe(port)).toMatchObject({ status: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') })
  const silent = await listen(createServer(socket => socket.on('error', () => {})))
  using deadline = createDeadline({ ms: 50, what: 'the handshake' })
  const target = { host: '127.0.0.1', port: silent, name: 'seed.example.org' }
  const result = await probeTls(target, { signal: deadline.signal, clock: systemClock })
  expect(result).toMatchObject({ status: 'unreachable', reason: expect.stringContaining('longer than 50 ms') })
})
