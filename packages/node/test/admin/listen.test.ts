import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, test } from 'vitest'
import { makeCertificate } from '../certificate.ts'
import { ADMIN, AUTHORIZED, serve } from './served.ts'

const node = { getNode: () => ({ role: 'edge' }) }

async function askSocket(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const sent = request({ socketPath: path, path: '/waystone.admin.v1.AdminService/GetNode', method: 'POST', headers })
  const [response] = await once(sent.end('{}'), 'response')
  response.resume()
  return response.statusCode
}

test('a unix socket is for its owner only, needs the token all the same, and is gone after a stop', async () => {
  await using folder = await temporaryFolder()
  const socket = join(folder.path, 'admin.sock')
  const served = await serve(node, { admin: { ...ADMIN, socket } })
  expect(served.url).toBe(`unix:${socket}`)
  expect((await stat(socket)).mode & 0o777).toBe(0o600)
  await expect(askSocket(socket, AUTHORIZED)).resolves.toBe(200)
  await expect(askSocket(socket, { 'content-type': 'application/json' })).resolves.toBe(401)
  await expect(askSocket(socket, { ...AUTHORIZED, origin: 'http://evil.example' })).resolves.toBe(403)
  await served.server.stop()
  await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the socket of a process that was killed is taken over', async () => {
  await using folder = await temporaryFolder()
  const [socket, aside] = [join(folder.path, 'admin.sock'), join(folder.path, 'aside')]
  const other = createServer().listen(socket)
  await once(other, 'listening')
  // closing removes the file, a crash would not
  await rename(socket, aside)
  other.close()
  await once(other, 'close')
  await rename(aside, socket)
  await using served = await serve(node, { admin: { ...ADMIN, socket } })
  expect(served.url).toBe(`unix:${socket}`)
  await expect(askSocket(socket, AUTHORIZED)).resolves.toBe(200)
})

test('a socket on which somebody listens is left alone', async () => {
  await using folder = await temporaryFolder()
  const socket = join(folder.path, 'admin.sock')
  await using first = await serve(node, { admin: { ...ADMIN, socket } })
  await expect(serve(node, { admin: { ...ADMIN, socket } })).rejects.toMatchObject({
    name: 'AdminSocketInUseError',
    exitCode: 3,
    message: expect.stringContaining('another process')
  })
  expect(first.url).toBe(`unix:${socket}`)
  await expect(askSocket(socket, AUTHORIZED)).resolves.toBe(200)
})

test('a file in place of the socket is left alone', async () => {
  await using folder = await temporaryFolder()
  const socket = join(folder.path, 'precious')
  await writeFile(socket, 'precious')
  await expect(serve(node, { admin: { ...ADMIN, socket } })).rejects.toMatchObject({ name: 'AdminSocketInUseError' })
  await expect(readFile(socket, 'utf8')).resolves.toBe('precious')
})

test.each(['0.0.0.0', '::', '192.0.2.1', 'node.example'])(
  '%s without TLS is refused before anything listens',
  async host => {
    await expect(serve(node, { admin: { ...ADMIN, host } })).rejects.toMatchObject({
      name: 'AdminTlsRequiredError',
      exitCode: 3,
      hint: expect.stringContaining('admin.tls')
    })
  }
)

test('a certificate that cannot be read is named', async () => {
  const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' }
  await expect(serve(node, { admin: { ...ADMIN, tls } })).rejects.toMatchObject({
    name: 'CertificateUnreadableError',
    message: expect.stringContaining('/nowhere/cert.pem')
  })
})

test('a certificate file with something else in it is named', async () => {
  await using folder = await temporaryFolder()
  const certFile = join(folder.path, 'cert.pem')
  await writeFile(certFile, 'no certificate')
  await expect(serve(node, { admin: { ...ADMIN, tls: { certFile, keyFile: certFile } } })).rejects.toMatchObject({
    name: 'CertificateUnreadableError'
  })
})

test.each([
  ['an address that this machine does not have', { host: '192.0.2.1' }, '192.0.2.1:0 (EADDRNOTAVAIL)'],
  ['a socket in a folder that is not there', { socket: '/nowhere/admin.sock' }, '/nowhere/admin.sock (']
])('%s is named', async (_, where, message) => {
  await using folder = await temporaryFolder()
  const tls = await makeCertificate(folder.path, { type: 'ip', value: '192.0.2.1' })
  await expect(serve(node, { admin: { ...ADMIN, tls, ...where } })).rejects.toMatchObject({
    name: 'AdminListenError',
    exitCode: 3,
    message: expect.stringContaining(message)
  })
})

test('whoever listens everywhere is called by the first of its names', async () => {
  await using folder = await temporaryFolder()
  const tls = await makeCertificate(folder.path, { type: 'ip', value: 'fd00::7' })
  await using served = await serve(node, { admin: { ...ADMIN, host: '0.0.0.0', names: ['fd00::7'], tls } })
  expect(served.url).toMatch(/^https:\/\/\[fd00::7\]:\d+$/)
})
