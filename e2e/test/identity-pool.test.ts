import { execFile } from 'node:child_process'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand } from '../harness/command.ts'
import { startNode } from '../harness/node-process.ts'
import { startPostgres } from '../harness/postgres.ts'
import { onDisksOf, onReadOnlyDisk, onSmallDisk, whyNoSmallDisk } from '../harness/small-disk.ts'
import type { NodeProcess, NodeProcessInit } from '../harness/node-process.ts'

/** Of the leases, in milliseconds: the default. */
const LEASE = 15_000
const PASSPHRASE = 'sesame'

const noDisks = whyNoSmallDisk()
if (noDisks !== undefined) console.log(`left out: the tests on disks of their own (${noDisks})`)

interface Pool {
  folder: string
  ids: string[]
  /** Starts a seed of the pool; it need not get a slot. */
  seed(name: string, over?: Partial<NodeProcessInit>): Promise<NodeProcess>
}

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

/** A pool as an operator makes it, and its seeds. */
async function makePool(size: number, lease: Record<string, string>, env: Record<string, string> = {}): Promise<Pool> {
  const folder = await folderOfTest()
  const secret = join(folder, 'secret')
  await writeFile(secret, PASSPHRASE, { mode: 0o600 })
  const args = ['--size', String(size), '--out', join(folder, 'pool'), '--passphrase-file', secret, '--json']
  const { code, stdout, stderr } = await runCommand({ args: ['identity', 'pool', ...args] })
  expect(code, stderr).toBe(0)
  const identity = {
    passphraseFile: secret,
    pool: { folder: join(folder, 'pool'), lease }
  }
  return {
    folder,
    ids: (JSON.parse(stdout) as { ids: string[] }).ids,
    seed: async (name, over = {}) => {
      const config = { identity, log: { level: 'info', format: 'json' }, ...over.config }
      const node = await startNode({ role: 'seed', dataDir: join(folder, name), env, ...over, config })
      onTestFinished(() => node[Symbol.asyncDispose]())
      return node
    }
  }
}

async function poolInFolder(size: number): Promise<Pool & { leases: string }> {
  const leases = await folderOfTest()
  return { ...(await makePool(size, { directory: leases })), leases }
}

/** Lines that a process has logged, with the times that it gave them in milliseconds since the Unix epoch. */
function logged({ output }: NodeProcess, text: string): number[] {
  return output()
    .stdout.split('\n')
    .filter(line => line.includes(text))
    .map(line => Date.parse((JSON.parse(line) as { time: string }).time))
}

const isServing = (node: NodeProcess): boolean => logged(node, 'took slot').length > 0
const isWaiting = (node: NodeProcess): boolean => logged(node, 'waits for a free slot').length > 0

/** Which of two runs and which waits, once both have said so. */
async function sorted(nodes: NodeProcess[]): Promise<[serving: NodeProcess, waiting: NodeProcess]> {
  const both = async (): Promise<[NodeProcess, NodeProcess] | undefined> => {
    const [serving, waiting] = [nodes.find(isServing), nodes.find(isWaiting)]
    return serving === undefined || waiting === undefined ? undefined : [serving, waiting]
  }
  return await poll(both, { what: 'one to run and the other to wait' })
}

/** Starts two seeds at once on one slot, kills the one that runs, and returns when the other had taken over, in milliseconds. */
async function takeOver({ seed, ids }: Pool): Promise<number> {
  const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
  expect((await first.ready()).peerId).toBe(ids[0])
  expect(isServing(second)).toBe(false)
  const fence = (await first.status()).fence ?? 0n
  const killed = systemClock.now()
  first.kill('SIGKILL')
  const status = await second.ready()
  expect(status).toMatchObject({ peerId: ids[0], slot: 0 })
  expect(status.fence).toBeGreaterThan(fence)
  expect((await second.stop()).code).toBe(0)
  return (logged(second, 'took slot')[0] ?? Infinity) - killed
}

describe('two seeds on a pool of one slot, started at the same instant', () => {
  it('in a folder: one runs, the other waits and takes over within the lease after kill -9', async () => {
    expect(await takeOver(await poolInFolder(1))).toBeLessThanOrEqual(LEASE)
  })

  it('in PostgreSQL: the same', async () => {
    await using postgres = await startPostgres()
    const pool = await makePool(1, {}, { WAYSTONE_POOL_POSTGRES: postgres.url })
    expect(await takeOver(pool)).toBeLessThanOrEqual(LEASE)
  })

  it('hand over at once when the one that runs is stopped, and a stopped wait is a clean end', async () => {
    const { seed, ids } = await poolInFolder(1)
    const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
    await first.ready()
    const third = await seed('c')
    await poll(() => isWaiting(third) || undefined, { what: 'the third to wait' })
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
    expect((await first.stop()).code).toBe(0)
    expect((await second.ready()).peerId).toBe(ids[0])
    const stopped = logged(first, 'stopped').at(-1) ?? 0
    const took = logged(second, 'took slot')[0] ?? 0
    // the slot is given back last, just before the line that says so
    expect(took - stopped).toBeGreaterThan(-1_000)
  })
})

describe('a seed whose lease is over', () => {
  it('was frozen for longer than it: stops as soon as it wakes, and another serves by then', async () => {
    const { seed } = await poolInFolder(1)
    const [first, second] = await sorted(await Promise.all([seed('a'), seed('b')]))
    await first.ready()
    first.kill('SIGSTOP')
    await poll(() => isServing(second) || undefined, { what: 'the other to take over', ms: 2 * LEASE })
    const woken = systemClock.now()
    first.kill('SIGCONT')
    const { code, stderr } = await first.result
    expect(systemClock.now() - woken).toBeLessThan(LEASE)
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^LeaseLostError: [\s\S]*hint:/) })
    await second.ready()
  })

  it('can no longer reach its database: stops before another could have the slot', async () => {
    await using postgres = await startPostgres()
    const { seed } = await makePool(1, {}, { WAYSTONE_POOL_POSTGRES: postgres.url })
    const first = await seed('a')
    await first.ready()
    const frozen = systemClock.now()
    await postgres.signal('SIGSTOP')
    const { code, stderr } = await first.result
    await postgres.signal('SIGCONT')
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('LeaseLostError') })
    const [stopped = Infinity] = logged(first, 'stopping on')
    expect(stopped - frozen).toBeLessThanOrEqual(LEASE * (5 / 6))
    const second = await seed('b')
    expect(await second.ready()).toMatchObject({ slot: 0, fence: 2n })
  })

  it('finds its folder gone: stops, while a seed of another pool goes on', async () => {
    const [broken, healthy] = [await poolInFolder(1), await poolInFolder(1)]
    const first = await broken.seed('a')
    await first.ready()
    const other = await healthy.seed('b')
    await other.ready()
    await rename(broken.leases, `${broken.leases}.gone`)
    onTestFinished(async () => await rename(`${broken.leases}.gone`, broken.leases))
    const { code, stderr, stdout } = await first.result
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('LeaseLostError') })
    expect(stdout).toContain('PoolFolderError')
    expect((await other.stop()).code).toBe(0)
  })
})

// the machine decides: a container without user namespaces can mount nothing
describe.skipIf(noDisks !== undefined)('a folder of leases', () => {
  it.each([
    ['on a full disk', (folder: string) => onSmallDisk(folder, 4), 'is full'],
    ['on a read-only disk', onReadOnlyDisk, 'is not there, or this user may not write to it']
  ])('%s stops the start by name', async (_what, wrapper, reason) => {
    const { seed, leases } = await poolInFolder(1)
    const { code, stderr } = await (await seed('a', { wrapper: wrapper(leases) })).result
    expect(stderr).toMatch(/^PoolFolderError: .*\nhint: /)
    expect(stderr).toContain(reason)
    expect(code).toBe(3)
  })

  it('whose disk fills up keeps its holder', async () => {
    const { seed, leases } = await poolInFolder(1)
    const node = await seed('a', { wrapper: onSmallDisk(leases, 64) })
    await node.ready()
    await onDisk(node, `dd if=/dev/zero of=${leases}/full bs=1k || true`)
    await expect(onDisk(node, `echo x > ${leases}/more`)).rejects.toThrow(/No space left|I\/O error/)
    const filled = systemClock.now()
    await poll(async () => ((await renewedAt(node, leases)) > filled + LEASE ? true : undefined), {
      what: 'renewals',
      ms: 4 * LEASE
    })
    expect((await node.stop()).code).toBe(0)
  })

  it('whose disk becomes read-only stops its holder before the lease ends', async () => {
    const { seed, leases } = await poolInFolder(1)
    const node = await seed('a', { wrapper: onSmallDisk(leases, 64) })
    await node.ready()
    const changed = systemClock.now()
    await onDisk(node, `mount -o remount,ro ${leases}`)
    const { code, stderr } = await node.result
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^LeaseLostError/) })
    expect((logged(node, 'stopped').at(-1) ?? Infinity) - changed).toBeLessThanOrEqual(LEASE * (5 / 6))
  })
})

/** Runs a line of shell where the disks of a node are. */
async function onDisk(node: NodeProcess, line: string): Promise<string> {
  const [file = '', ...args] = onDisksOf(node.pid)
  return (await promisify(execFile)(file, [...args, 'sh', '-c', line])).stdout
}

/** When the only lease in a folder was renewed last, in milliseconds since the Unix epoch. */
async function renewedAt(node: NodeProcess, leases: string): Promise<number> {
  const script = `new (require('node:sqlite').DatabaseSync)('${leases}/leases.sqlite', { readOnly: true, timeout: 1000 }).prepare('SELECT renewed FROM leases').get().renewed`
  return Number(await onDisk(node, `${process.execPath} -p "${script}"`))
}
