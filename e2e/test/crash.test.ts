import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Key } from 'interface-datastore'
import { expect, it, onTestFinished } from 'vitest'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { startNode } from '../harness/node-process.ts'
import type { NodeProcess } from '../harness/node-process.ts'

const CRASHES = 50

/** Moments at which the process is killed, each with how it is recognised from outside. */
const moments: ((relay: NodeProcess) => Promise<unknown>)[] = [
  async relay => await poll(() => exists(join(relay.dataDir, 'datastore.sqlite')), { what: 'the datastore' }),
  async relay => await poll(() => exists(join(relay.dataDir, 'identity.key')), { what: 'the key' }),
  async relay => await relay.get('/livez'),
  async relay => await relay.ready(),
  async relay => {
    await relay.ready()
    relay.kill('SIGTERM')
  }
]

it(`loses nothing when it is killed ${CRASHES} times and started again`, { timeout: 600_000 }, async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  await using seed = await startNode({ role: 'seed', dataDir: join(folder.path, 'seed') })
  const { addresses } = await seed.ready()
  const dataDir = join(folder.path, 'relay')
  const start = async (): Promise<NodeProcess> => {
    return await startNode({ role: 'relay', dataDir, config: { seeds: [addresses[0]] } })
  }

  const first = await start()
  const { peerId } = await first.ready()
  first.kill('SIGKILL')
  await first.result
  for (let crash = 0; crash < CRASHES; crash++) {
    await using relay = await start()
    await moments[crash % moments.length]?.(relay)
    relay.kill('SIGKILL')
    const { code, stdout, stderr } = await relay.result
    expect([0, 'SIGKILL'], stdout + stderr).toContain(code)
  }

  expect(await knownPeers(dataDir)).toBeGreaterThan(0)
  await using last = await start()
  expect((await last.ready()).peerId).toBe(peerId)
})

async function exists(file: string): Promise<true | undefined> {
  return await stat(file).then(
    () => true,
    () => undefined
  )
}

async function knownPeers(dataDir: string): Promise<number> {
  const datastore = new SqliteDatastore({ path: join(dataDir, 'datastore.sqlite') })
  await datastore.open()
  let count = 0
  for await (const key of datastore.queryKeys({ prefix: new Key('/peers').toString() }))
    count += key.toString().length > 0 ? 1 : 0
  await datastore.close()
  return count
}
