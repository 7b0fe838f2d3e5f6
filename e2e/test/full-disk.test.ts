import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand, startCommand } from '../harness/command.ts'
import { onSmallDisk, whyNoSmallDisk } from '../harness/small-disk.ts'

const reason = whyNoSmallDisk()
if (reason !== undefined) console.log(`left out: the tests on a full disk, which need a mount of their own (${reason})`)

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

// the machine decides: a container without user namespaces can mount nothing
describe.skipIf(reason !== undefined)('a full disk', () => {
  it('at the receiver is told to the sender, and the receiver goes on', async () => {
    const folder = await folderOfTest()
    const inbox = join(folder, 'inbox')
    await mkdir(inbox)
    await using receiving = startCommand({
      args: ['receive', '--out', inbox, '--once', '--preset', 'dev', '--json', '--data-dir', join(folder, 'receiver')],
      wrapper: onSmallDisk(inbox, 4 * 1024)
    })
    const line = await poll(() => /^\{"event":"listening".*$/m.exec(receiving.output().stdout)?.[0], {
      what: 'listening'
    })
    const [address = ''] = (JSON.parse(line) as { addresses: string[] }).addresses
    const send = async (name: string, bytes: number) => {
      await writeFile(join(folder, name), Buffer.alloc(bytes, name))
      const args = ['send', join(folder, name), address, '--preset', 'dev', '--data-dir', join(folder, 'sender')]
      return await runCommand({ args })
    }

    const large = await send('large', 16 * 2 ** 20)
    expect(large.stderr).toMatch(/FileRefusedError: .*no-space[\s\S]*hint: .*free some disk space/)
    expect(large.code).toBe(1)
    const small = await send('small', 1024)
    expect(small.code, small.stderr).toBe(0)
    expect((await receiving.result).code).toBe(0)
  })

  it.each([4, 16, 48])('of %i KiB below the data folder stops the start by name', async kib => {
    const folder = await folderOfTest()
    const dataDir = join(folder, 'data')
    await mkdir(dataDir)
    const { code, stderr } = await runCommand({
      binary: 'relay',
      args: ['--preset', 'dev', '--set', `dataDir=${dataDir}`],
      wrapper: onSmallDisk(dataDir, kib)
    })
    expect(stderr).toMatch(/(DiskFullError|KeyFileWriteError)[\s\S]*hint:/)
    expect(code).toBe(3)
  })
})
