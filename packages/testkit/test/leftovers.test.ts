import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { until } from '@waystone/kit/testing'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { Plugin } from '@waystone/node'

const room = join(import.meta.dirname, '..')

afterEach(() => void vi.unstubAllEnvs())

// sockets are worth a word of their own; timers of libp2p may run out for a second
function countResources(): { servers: number; all: number } {
  const all = process.getActiveResourcesInfo()
  return { servers: all.filter(type => /ServerWrap|UDPWRAP/.test(type)).length, all: all.length }
}

it.each(['memory', 'tcp'] as const)('leaves no listener, socket, timer or file on %s', async transports => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'waystone-testkit-'))
  vi.stubEnv('TMPDIR', folder.path)
  const before = countResources()
  {
    await using testnet = await createTestnet({ seeds: 2, relays: 2, edges: 3, hiddenEdges: 1, transports })
    expect(countResources().servers).toBeGreaterThan(before.servers)
    expect(await readdir(folder.path)).toHaveLength(1)
    await testnet.replace(nodeAt(testnet.relays, 0))
  }
  expect(countResources().servers).toBe(before.servers)
  expect(await readdir(folder.path)).toEqual([])
  await until(() => countResources().all <= before.all)
})

it('lets a replacement come to its end before it stops anything, and leaves nothing of it', async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let made = 0
  const slow: Plugin = {
    create: async () => {
      if (++made === 2) {
        begun.resolve()
        await gate.promise
      }
      return undefined
    }
  }
  const before = countResources().servers
  const testnet = await createTestnet({ edges: 1, transports: 'tcp', plugins: { seed: { slow } } })
  const replacing = testnet.replace(nodeAt(testnet.seeds, 0)).catch((error: Error) => error.name)
  await begun.promise
  const disposing = testnet[Symbol.asyncDispose]()
  await new Promise(resolve => setImmediate(resolve))
  expect(nodeAt(testnet.edges, 0).libp2p.status).toBe('started')
  gate.resolve()
  await disposing
  expect(await replacing).toBe('TestnetDisposedError')
  expect(countResources().servers).toBe(before)
})

it('stops a node that starts while another fails to', async () => {
  let running = 0
  const counting: Plugin = {
    create: async ({ config }) => {
      if (config.dataDir.endsWith('edge-1')) throw new Error('not this one')
      return () => ({ start: () => void running++, stop: () => void running-- })
    }
  }
  const failing = createTestnet({ seeds: 2, edges: 2, plugins: { edge: { counting } } })
  await expect(failing).rejects.toMatchObject({ message: 'edge-1 did not start: not this one' })
  expect(running).toBe(0)
})

it('lets a process that runs the example of the README end by itself', async () => {
  const readme = await readFile(join(room, 'README.md'), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const args = ['--input-type=module-typescript', '--eval', example]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: room, timeout: 25_000 })
  expect(stdout).toMatch(/^relayed \S+ hello\.txt\n$/)
})
