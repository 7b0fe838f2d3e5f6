import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { onReadOnlyDisk, onSmallDisk, whyNoSmallDisk } from '../harness/small-disk.ts'
import type { OnDisk } from '../fixtures/registry-on-disk.ts'

const reason = whyNoSmallDisk()
if (reason !== undefined) console.log(`left out: registries on disks that are full or read-only (${reason})`)

const file = join(import.meta.dirname, '../fixtures/registry-on-disk.ts')

async function registryOn(disk: (folder: string) => string[]): Promise<OnDisk> {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  await mkdir(data)
  const [program, ...args] = [...disk(data), process.execPath, file, data]
  const { stdout } = await promisify(execFile)(program, args)
  return JSON.parse(stdout) as OnDisk
}

// the machine decides: a container without user namespaces can mount nothing
describe.skipIf(reason !== undefined)('a registry', () => {
  it.each([512, 1_024, 4_096])(
    'on a disk of %i KiB that becomes full refuses by name, and gives what it has',
    async kib => {
      const { errors, taken, held, found } = await registryOn(folder => onSmallDisk(folder, kib))
      expect(errors).toEqual(['RegistryStoreError'])
      expect(taken).toBeLessThan(2_000)
      expect([held, found]).toEqual([taken, taken])
    }
  )

  it.each([4, 64])('on a disk of %i KiB, which is too small for anything, is refused by name', async kib => {
    expect((await registryOn(folder => onSmallDisk(folder, kib))).errors).toEqual(['RegistryStoreError'])
  })

  it('on a disk that nobody can write to is refused by name', async () => {
    expect(await registryOn(onReadOnlyDisk)).toMatchObject({ errors: ['RegistryStoreError'], taken: 0 })
  })
})
