import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { SilentServer, temporaryFolder } from '@waystone/kit/testing/node'
import { startNode } from '../harness/node-process.ts'
import type { NodeProcessInit } from '../harness/node-process.ts'

async function start(init: Omit<NodeProcessInit, 'dataDir' | 'role'> & Partial<NodeProcessInit> = {}) {
  const folder = await temporaryFolder()
  const node = await startNode({ role: 'relay', dataDir: join(folder.path, 'node'), ...init })
  onTestFinished(async () => {
    await node[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  return node
}

describe.each(['seed', 'relay', 'edge'] as const)('a %s', role => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is ready, stops on %s with exit code 0 and leaves no admin URL',
    async signal => {
      const node = await start({ role })
      const status = await node.ready()
      expect(status.role).toBe(role)
      expect(await (await node.get('/livez')).text()).toBe('alive\n')
      const metrics = await (await node.get('/metrics')).text()
      expect(metrics).toMatch(/^libp2p_/m)
      expect(metrics).toMatch(/^waystone_node_info\{.*\} 1$/m)
      node.kill(signal)
      expect((await node.result).code).toBe(0)
      await expect(stat(join(node.dataDir, 'admin.url'))).rejects.toThrow('ENOENT')
    }
  )
})

describe('readiness', () => {
  it('names the seed that is missing and comes when the seed does', async () => {
    const seed = await start({ role: 'seed' })
    const { addresses } = await seed.ready()
    const address = addresses.find(text => /\/tcp\/\d+\/p2p/.test(text)) ?? ''
    await seed.stop()
    const edge = await start({ role: 'edge', config: { seeds: [address] } })
    // the admin server answers before the node has started
    await poll(
      async () => {
        const answer = await edge.get('/readyz')
        expect(answer.status).toBe(503)
        return ((await answer.json()) as { missing: string[] }).missing.some(text => text.includes('seed')) || undefined
      },
      { what: 'the seed to be missing' }
    )
    // the same identity on the same port
    const listen = [address.replace(/\/p2p\/.*/, '')]
    await start({ role: 'seed', dataDir: seed.dataDir, config: { addresses: { listen } } })
    const status = await edge.ready()
    expect(status.seeds).toMatchObject([{ connected: true }])
  })
})

describe('a node that cannot start', () => {
  it('exits with 2 for a config with an unknown key, and names the nearest', async () => {
    const node = await start({ config: { relayServise: {} } })
    const { code, stderr } = await node.result
    expect(code).toBe(2)
    expect(stderr).toMatch(/relayServise[\s\S]*relayService/)
  })

  it('exits with 3 for a port in use, and names it', async () => {
    await using server = await SilentServer.listen()
    const node = await start({ config: { addresses: { listen: [`/ip4/127.0.0.1/tcp/${server.port}`] } } })
    const { code, stderr } = await node.result
    expect(code).toBe(3)
    expect(stderr).toMatch(/PortInUseError/)
    expect(stderr).toContain(String(server.port))
    expect(stderr).toMatch(/hint:/)
  })

  it('exits with 3 for a data folder that another process uses, which goes on', async () => {
    const first = await start()
    await first.ready()
    const second = await start({ dataDir: first.dataDir })
    const { code, stderr } = await second.result
    expect(code).toBe(3)
    expect(stderr).toMatch(/DatastoreLockedError[\s\S]*hint:/)
    expect((await first.get('/readyz')).status).toBe(200)
  })

  it('exits with 3 for a corrupt datastore and leaves the file as it is', async () => {
    const first = await start()
    await first.ready()
    await first.stop()
    const file = join(first.dataDir, 'datastore.sqlite')
    const garbage = Buffer.alloc(64 * 1024, 'not a database ')
    await writeFile(file, garbage)
    const second = await start({ dataDir: first.dataDir })
    const { code, stderr } = await second.result
    expect(code).toBe(3)
    expect(stderr).toMatch(/DatastoreCorruptError[\s\S]*hint:/)
    expect(garbage.equals(await readFile(file))).toBe(true)
  })

  it('exits with 3 for a key file that others may read', async () => {
    const first = await start()
    await first.ready()
    await first.stop()
    await chmod(join(first.dataDir, 'identity.key'), 0o644)
    const { code, stderr } = await (await start({ dataDir: first.dataDir })).result
    expect(code).toBe(3)
    expect(stderr).toMatch(/KeyFilePermissionsError[\s\S]*hint:[\s\S]*chmod 600/)
  })

  it('exits with 3 for a wrong passphrase, and starts with the right one as the same peer', async () => {
    const first = await start({ env: { WAYSTONE_IDENTITY_PASSPHRASE: 'right' } })
    const { peerId } = await first.ready()
    await first.stop()
    const wrong = await start({ dataDir: first.dataDir, env: { WAYSTONE_IDENTITY_PASSPHRASE: 'wrong' } })
    const { code, stderr } = await wrong.result
    expect(code).toBe(3)
    expect(stderr).toMatch(/PassphraseWrongError[\s\S]*hint:/)
    const right = await start({ dataDir: first.dataDir, env: { WAYSTONE_IDENTITY_PASSPHRASE: 'right' } })
    expect((await right.ready()).peerId).toBe(peerId)
  })

  it('exits with 3 when the data folder is a file', async () => {
    const folder = await temporaryFolder()
    onTestFinished(() => folder[Symbol.asyncDispose]())
    const dataDir = join(folder.path, 'node')
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'file'), '')
    const node = await start({ args: ['--set', `dataDir=${join(dataDir, 'file')}`] })
    const { code, stderr } = await node.result
    expect(code).toBe(3)
    expect(stderr).toMatch(/DataFolderError[\s\S]*hint:/)
  })
})

describe('a node that cannot stop in time', () => {
  it('exits with 4 when its deadline is over', async () => {
    const node = await start({ config: { shutdown: { deadline: '1ms' } } })
    await node.ready()
    const { code, stderr, stdout } = await node.stop()
    expect(code).toBe(4)
    expect(stderr + stdout).toMatch(/StopTimedOutError/)
  })

  it('exits at once on a second signal', async () => {
    const node = await start()
    await node.ready()
    node.kill('SIGTERM')
    node.kill('SIGINT')
    const { code } = await node.result
    expect([130, 'SIGINT', 'SIGTERM', 143]).toContain(code)
  })
})
