import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Code } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { rpcError } from '@waystone/rpc'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeAndCommands } from './admin/run-waystone.ts'
import { runInside } from './run-inside.ts'
import type { AdminNodeInit } from './api/admin-node.ts'

type ContentImpl = NonNullable<AdminNodeInit['content']>

const withContent = async (content: ContentImpl) => await nodeAndCommands({}, {}, content)
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

async function folder(): Promise<string> {
  const made = await temporaryFolder()
  onTestFinished(async () => await made[Symbol.asyncDispose]())
  return made.path
}

const gives: ContentImpl = {
  async *fetchFile({ cid }) {
    yield { size: 10n, data: encode(cid) }
    yield { size: 10n, data: encode(' file') }
  }
}
const breaksOff: ContentImpl = {
  async *fetchFile() {
    yield { size: 10n, data: encode('half') }
    const hint = 'ask its operator'
    throw rpcError(Code.Unavailable, new WaystoneError('no delegate could help', { hint }))
  }
}

describe('waystone fetch', () => {
  it('writes to standard output, and nothing else', async () => {
    const { run } = await withContent(gives)
    expect(await run('fetch', 'bafy1')).toEqual({ code: 0, stdout: 'bafy1 file', stderr: '' })
  })

  it('writes a file, and says so in JSON if asked to', async () => {
    const { run } = await withContent(gives)
    const path = join(await folder(), 'out')
    expect((await run('fetch', 'bafy1', '--output', path)).code).toBe(0)
    expect(await readFile(path, 'utf8')).toBe('bafy1 file')
    const { stdout } = await run('fetch', 'bafy2', '--output', path, '--force', '--json')
    expect(JSON.parse(stdout)).toEqual({ event: 'fetched', cid: 'bafy2', path, size: 10 })
    expect(await readFile(path, 'utf8')).toBe('bafy2 file')
  })

  it('never writes over a file by itself, and asks nobody then', async () => {
    let asked = false
    const { run } = await withContent({
      async *fetchFile() {
        asked = true
        yield { size: 0n, data: encode('') }
      }
    })
    const path = join(await folder(), 'out')
    await writeFile(path, 'mine')
    const { code, stderr } = await run('fetch', 'bafy1', '--output', path)
    expect([code, asked, await readFile(path, 'utf8')]).toEqual([2, false, 'mine'])
    expect(stderr).toMatch(/OutputFileError: .* is there already\n *hint: .*--force/)
  })

  it('keeps what came to the same place meanwhile', async () => {
    const path = join(await folder(), 'out')
    const { run } = await withContent({
      async *fetchFile() {
        await writeFile(path, 'theirs')
        yield { size: 4n, data: encode('ours') }
      }
    })
    expect((await run('fetch', 'bafy1', '--output', path)).code).toBe(2)
    expect(await readFile(path, 'utf8')).toBe('theirs')
  })

  it.each([[[]], [['--force']]])('leaves nothing behind when the rest does not come %s', async force => {
    const { run } = await withContent(breaksOff)
    const inside = await folder()
    const { code, stderr } = await run('fetch', 'bafy1', '--output', join(inside, 'out'), ...force)
    expect([code, await readdir(inside)]).toEqual([1, []])
    expect(stderr).toContain('hint: ask its operator')
  })

  it('names folders and mistakes', async () => {
    const { run } = await withContent(gives)
    const inside = await folder()
    await mkdir(join(inside, 'sub'))
    expect((await run('fetch', 'bafy1', '--output', join(inside, 'sub'))).stderr).toContain('is a folder')
    expect((await run('fetch', 'bafy1', '--output', join(inside, 'none', 'x'))).stderr).toMatch(
      /OutputFileError: cannot write/
    )
    expect((await run('fetch', 'bafy1', '--json')).code).toBe(2)
    expect((await runInside(['fetch', 'bafy1', '--data-dir', inside])).stderr).toMatch(/NodeNotRunningError[^]*hint: /)
  })
})

describe('waystone add', () => {
  const counts: ContentImpl = {
    async addFile(requests) {
      let size = 0
      for await (const { data } of requests) size += data.length
      return { cid: 'bafyadded', size: BigInt(size) }
    }
  }

  it.each([0, 5, 1024 * 1024])('hands over a file of %s bytes and prints its CID', async size => {
    const { run } = await withContent(counts)
    const path = join(await folder(), 'in')
    await writeFile(path, new Uint8Array(size))
    expect((await run('add', path)).stdout).toBe('bafyadded\n')
    expect(JSON.parse((await run('add', path, '--json')).stdout)).toEqual({ event: 'added', cid: 'bafyadded', size })
  })

  it('refuses what is too large before it asks the node', async () => {
    const { run } = await withContent(counts)
    const path = join(await folder(), 'in')
    await writeFile(path, new Uint8Array(1024 * 1024 + 1))
    expect(await run('add', path)).toMatchObject({ code: 2, stderr: expect.stringContaining('larger than 1048576') })
  })
})
