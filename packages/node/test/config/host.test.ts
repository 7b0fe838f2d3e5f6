import { generateKeyPairSync } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManualClock } from '@waystone/kit/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SilentServer } from '@waystone/kit/testing/node'
import { checkHost, loadConfig } from '../../src/config/index.ts'
import type { CheckHostOptions, CheckResult } from '../../src/config/index.ts'
import { scratchFolder, writeFiles } from './scratch-folder.ts'

async function occupyTcp(host = '127.0.0.1'): Promise<number> {
  const server = await SilentServer.listen(host)
  onTestFinished(async () => server[Symbol.asyncDispose]())
  return server.port
}

async function occupyUdp(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(() => void socket.close())
  await once(socket, 'listening')
  return socket.address().port
}

async function check(flags: Record<string, string>, options: CheckHostOptions = {}): Promise<CheckResult[]> {
  const dataDir = flags['dataDir'] ?? (await scratchFolder())
  const { config } = await loadConfig({ flags: { dataDir, ...flags } })
  return checkHost(config, { openFiles: 100_000, ...options })
}

async function resultOf(name: string, flags: Record<string, string>, options?: CheckHostOptions): Promise<CheckResult> {
  const results = await check(flags, options)
  const found = results.find(result => result.name.startsWith(name))
  if (found === undefined) throw new Error(`no check ${name} among ${results.map(result => result.name).join(', ')}`)
  return found
}

describe('checking ports', () => {
  test('finds free ones free', async () => {
    const listen = '/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/udp/0/quic-v1'
    const results = await check({ 'addresses.listen': listen })
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(results.map(({ name }) => name)).toEqual(
      expect.arrayContaining(listen.split(',').map(text => `listen ${text}`))
    )
  })

  test('names a TCP port that is in use', async () => {
    const port = await occupyTcp()
    expect(await resultOf('listen', { 'addresses.listen': `/ip4/127.0.0.1/tcp/${port}` })).toMatchObject({
      status: 'fail',
      message: `tcp port ${port} is in use`,
      hint: expect.stringContaining(String(port))
    })
  })

  test('names a port that is in use on one interface where all are wanted', async () => {
    const port = await occupyTcp()
    const listen = `/ip4/0.0.0.0/tcp/${port}/ws`
    expect(await resultOf('listen', { 'addresses.listen': listen })).toMatchObject({ status: 'fail' })
  })

  test('names a UDP port that is in use', async () => {
    const port = await occupyUdp()
    const listen = `/ip4/127.0.0.1/udp/${port}/webrtc-direct`
    expect(await resultOf('listen', { 'addresses.listen': listen })).toMatchObject({
      status: 'fail',
      message: `udp port ${port} is in use`
    })
  })

  test('names the admin port when it is in use', async () => {
    const port = await occupyTcp()
    expect(await resultOf('admin', { 'admin.port': String(port) })).toMatchObject({ status: 'fail' })
  })

  test('names the port of a tunnel when it is in use', async () => {
    const peer = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
    const local = `127.0.0.1:${await occupyTcp()}`
    const flags = { 'tunnels.forward': `[{local: "${local}", peer: ${peer}, name: web}]` }
    expect(await resultOf('forward', flags)).toMatchObject({ name: `forward ${local}`, status: 'fail' })
  })

  test('lets every port go again', async () => {
    const port = await occupyTcp()
    const flags = { 'addresses.listen': `/ip4/127.0.0.2/tcp/${port}` }
    expect((await resultOf('listen', flags)).status).toBe('ok')
    expect((await resultOf('listen', flags)).status).toBe('ok')
  })

  test('names an IP that this machine does not have', async () => {
    expect(await resultOf('listen', { 'addresses.listen': '/ip4/192.0.2.77/tcp/0' })).toMatchObject({
      status: 'fail',
      message: 'this machine does not have 192.0.2.77'
    })
  })

  test('takes a machine without IPv6 as it is', async () => {
    const { status } = await resultOf('listen', { 'addresses.listen': '/ip6/::1/tcp/0' })
    expect(['ok', 'note']).toContain(status)
  })
})

describe('checking files', () => {
  test('a data folder that is not there will be created', async () => {
    const dataDir = join(await scratchFolder(), 'a', 'b')
    expect(await resultOf('data folder', { dataDir })).toEqual({
      name: 'data folder',
      status: 'ok',
      message: `${dataDir} will be created`
    })
  })

  test('a data folder that is a file, or below one, fails', async () => {
    const folder = await writeFiles({ file: '' })
    expect(await resultOf('data folder', { dataDir: join(folder, 'file') })).toMatchObject({ status: 'fail' })
    expect(await resultOf('data folder', { dataDir: join(folder, 'file', 'below') })).toMatchObject({ status: 'fail' })
  })

  test('a folder that others can write is warned of', async () => {
    const folder = await scratchFolder()
    const inbox = join(folder, 'inbox')
    await mkdir(inbox)
    await chmod(inbox, 0o777)
    expect(await resultOf('inbox', { 'files.inbox': inbox })).toMatchObject({
      status: 'warn',
      hint: `chmod 700 ${inbox}`
    })
  })

  test('a key file that others can read fails', async () => {
    const dataDir = await scratchFolder()
    const key = join(dataDir, 'identity.key')
    expect(await resultOf('identity key', { dataDir })).toMatchObject({ status: 'ok' })
    await writeFile(key, 'x', { mode: 0o644 })
    expect(await resultOf('identity key', { dataDir })).toMatchObject({ status: 'fail', hint: `chmod 600 ${key}` })
    await chmod(key, 0o600)
    expect(await resultOf('identity key', { dataDir })).toMatchObject({ status: 'ok', message: key })
  })

  test('a passphrase file that is not there fails', async () => {
    const path = join(await scratchFolder(), 'passphrase')
    expect(await resultOf('passphrase', { 'identity.passphraseFile': path })).toMatchObject({
      status: 'fail',
      message: `${path} does not exist`
    })
  })

  test('a folder for the admin socket that is not there will be created', async () => {
    const socket = join(await scratchFolder(), 'run', 'admin.sock')
    expect(await resultOf('admin', { 'admin.socket': socket })).toMatchObject({ name: 'admin socket', status: 'ok' })
  })

  test('an admin socket where a file is, or with too long a path, fails', async () => {
    const folder = await writeFiles({ file: '' })
    for (const socket of [join(folder, 'file'), join(folder, 'file', 'below'), join(folder, 's'.repeat(108))])
      expect(await resultOf('admin socket', { 'admin.socket': socket })).toMatchObject({ status: 'fail' })
  })

  test('a certificate of the admin API that is not there fails', async () => {
    const folder = await scratchFolder()
    const flags = { 'admin.tls.certFile': join(folder, 'cert.pem'), 'admin.tls.keyFile': join(folder, 'key.pem') }
    expect(await resultOf('admin TLS key', flags)).toMatchObject({ status: 'fail' })
    expect(await resultOf('admin TLS certificate', flags)).toMatchObject({ status: 'fail' })
  })

  test('a certificate that is none fails', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
    const folder = await writeFiles({ 'cert.pem': 'no certificate', 'key.pem': key })
    await chmod(join(folder, 'key.pem'), 0o600)
    const flags = { 'tls.certFile': join(folder, 'cert.pem'), 'tls.keyFile': join(folder, 'key.pem') }
    expect(await resultOf('TLS key', flags)).toMatchObject({ status: 'ok' })
    expect(await resultOf('TLS certificate', flags)).toMatchObject({ status: 'fail' })
  })
})

describe('checking the system', () => {
  test('fewer open files than connections need fail', async () => {
    const flags = { 'connections.max': '1000' }
    expect(await resultOf('open files', flags, { openFiles: 1024 })).toMatchObject({
      status: 'fail',
      message: 'limit 1024 is below the 1128 that connections.max = 1000 needs'
    })
    expect(await resultOf('open files', flags, { openFiles: 1128 })).toMatchObject({ status: 'ok' })
    expect(await resultOf('open files', flags, { openFiles: 'unlimited' })).toMatchObject({ status: 'ok' })
  })

  test('the limit of this system is known', async () => {
    const { config } = await loadConfig({ flags: { dataDir: await scratchFolder(), 'connections.max': '1' } })
    const results = await checkHost(config)
    expect(results.find(({ name }) => name === 'open files')?.message).toMatch(/^limit (\d+|unlimited), needs 129$/)
  })

  test('a clock that was never set fails, one behind its own files is warned of', async () => {
    const clockAt = (iso: string): ManualClock => new ManualClock(Date.parse(iso))
    expect(await resultOf('clock', {}, { clock: clockAt('1970-01-01T00:00:00Z') })).toMatchObject({ status: 'fail' })
    expect(await resultOf('clock', {}, { clock: clockAt('2025-06-01T00:00:00Z') })).toMatchObject({ status: 'warn' })
    expect(await resultOf('clock', {}, { clock: clockAt('2100-01-01T00:00:00Z') })).toMatchObject({ status: 'ok' })
  })
})
