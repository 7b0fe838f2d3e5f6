import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { AddressInfo } from 'node:net'
import type { Plugin } from '@waystone/node'
import type { TestnetInit } from '../src/index.ts'

afterEach(() => void vi.unstubAllEnvs())

it('says which node did not start and why, and leaves no node and no folder behind', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waystone-testkit-'))
  vi.stubEnv('TMPDIR', folder.path)
  // the second seed finds the name taken by the first
  const init = { transports: 'memory', config: { seed: { 'addresses.listen': '/memory/the-only-one' } } } as const
  const failure: unknown = await createTestnet({ ...init, seeds: 2 }).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    name: 'NodeStartFailedError',
    message: expect.stringMatching(/^seed-2 did not start: .*the-only-one/),
    cause: { name: 'ListenFailedError' }
  })
  expect(await readdir(folder.path)).toEqual([])
  // free again
  await using testnet = await createTestnet({ ...init, seeds: 1 })
  expect(testnet.nodes.length).toBe(3)
})

it('fails by name when a port is taken', async () => {
  await using server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const config = { seed: { 'addresses.listen': `/ip4/127.0.0.1/tcp/${port}` } }
  await expect(createTestnet({ transports: 'tcp', config })).rejects.toMatchObject({
    name: 'NodeStartFailedError',
    cause: { name: 'PortInUseError' }
  })
})

it('fails by name when a config key does not exist', async () => {
  await expect(createTestnet({ config: { edge: { 'no.such.key': '1' } } })).rejects.toMatchObject({
    name: 'NodeStartFailedError',
    cause: { name: 'ConfigInvalidError' }
  })
})

it.each<[string, TestnetInit]>([
  ['a negative count', { relays: -1 }],
  ['half a node', { seeds: 0.5 }],
  ['more hidden edges than edges', { edges: 1, hiddenEdges: 2, relays: 1 }],
  ['hidden edges without a relay', { hiddenEdges: 1 }]
])('refuses %s', async (_what, init) => {
  await expect(createTestnet(init)).rejects.toMatchObject({ name: 'TestnetInvalidError' })
})

it('ends with the reason of its signal, before and while it starts', async () => {
  const reason = new Error('enough')
  await expect(createTestnet({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const impatient: Plugin = {
    create: async () => {
      controller.abort(reason)
      return undefined
    }
  }
  await expect(createTestnet({ signal: controller.signal, plugins: { relay: { impatient } }, relays: 2 })).rejects.toBe(
    reason
  )
})

it('replaces only its own nodes, a stopped one too, and none after its end', async () => {
  const testnet = await createTestnet({ edges: 1 })
  const old = nodeAt(testnet.edges, 0)
  await old.stop()
  await testnet.ready()
  const edge = await testnet.replace(old)
  await testnet.ready()
  expect(edge.missing()).toEqual([])
  await expect(testnet.replace(old)).rejects.toMatchObject({ name: 'NotInTestnetError' })

  await testnet[Symbol.asyncDispose]()
  await testnet[Symbol.asyncDispose]()
  await expect(testnet.replace(edge)).rejects.toMatchObject({ name: 'TestnetDisposedError' })
  await expect(testnet.ready()).rejects.toMatchObject({ name: 'TestnetDisposedError' })
})
