import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { LEASE, logged, poolInFolder } from '../harness/seed-pool.ts'
import { onDisksOf, onReadOnlyDisk, onSmallDisk, whyNoSmallDisk } from '../harness/small-disk.ts'
import type { NodeProcess } from '../harness/node-process.ts'

const noDisks = whyNoSmallDisk()
if (noDisks !== undefined) console.log(`left out: the tests on disks of their own (${noDisks})`)

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
