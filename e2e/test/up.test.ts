import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { poll } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { repository, runCommand, startCommand } from '../harness/command.ts'
import type { NodeReport } from '../../packages/cli/src/up/announcement.ts'

async function folderOfTest(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

it('waystone up --once delivers a file to the edge that only relays reach', async () => {
  const folder = await folderOfTest()
  const file = join(repository, 'README.md')
  const result = await runCommand({ args: ['up', '--once', file, '--data-dir', folder] })
  expect(result.code, result.stderr).toBe(0)
  const contents = await readFile(file)
  const lastLine = result.stdout.trimEnd().split('\n').at(-1) ?? ''
  expect(lastLine).toMatch(/^delivered/)
  expect(lastLine).toContain(`${contents.length} bytes`)
  expect(lastLine).toContain(createHash('sha256').update(contents).digest('hex'))
  expect(lastLine).toContain('relayed')
  expect(await readFile(join(folder, 'edge-3/inbox/README.md'))).toEqual(contents)
})

it('waystone up shows seven ready nodes and stops all of them on SIGINT', async () => {
  const folder = await folderOfTest()
  await using command = startCommand({ args: ['up', '--json', '--data-dir', folder] })
  const line = await poll(() => /^\{"event":"ready".*$/m.exec(command.output().stdout)?.[0], {
    what: 'ready',
    ms: 60_000
  })
  const { nodes } = JSON.parse(line) as { nodes: NodeReport[] }
  expect(nodes.map(node => node.name)).toEqual(['seed-1', 'seed-2', 'relay-1', 'relay-2', 'edge-1', 'edge-2', 'edge-3'])
  expect(nodes.every(node => node.state === 'ready')).toBe(true)
  expect(nodes.at(-1)?.path).toMatch(/^relayed via relay-/)
  expect(nodes.at(0)?.path).toBe('direct')
  expect(nodes.flatMap(node => node.inbox ?? [])).toEqual(
    ['edge-1', 'edge-2', 'edge-3'].map(name => join(folder, name, 'inbox'))
  )
  for (const { peerId, addresses } of nodes) {
    expect(addresses).not.toEqual([])
    expect(addresses.filter(address => !address.endsWith(`/p2p/${peerId}`))).toEqual([])
  }
  command.process.kill('SIGINT')
  const { code, stdout } = await command.result
  expect(code).toBe(0)
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(JSON.stringify({ event: 'stopped', dataDir: folder }))
  for (const { adminUrl } of nodes) await expect(fetch(adminUrl)).rejects.toThrow()
})

it('the nodes of waystone up end when it is killed', async () => {
  await using command = startCommand({ args: ['up', '--json', '--data-dir', await folderOfTest()] })
  const line = await poll(() => /^\{"event":"ready".*$/m.exec(command.output().stdout)?.[0], {
    what: 'ready',
    ms: 60_000
  })
  const { nodes } = JSON.parse(line) as { nodes: { adminUrl: string }[] }
  expect(nodes).toHaveLength(7)
  command.process.kill('SIGKILL')
  for (const { adminUrl } of nodes) {
    await poll(
      async () =>
        await fetch(adminUrl).then(
          () => undefined,
          () => true
        ),
      { what: `${adminUrl} to be gone`, ms: 30_000 }
    )
  }
})

it('waystone up --once and send refuse a file that is not there alike, before they start anything', async () => {
  const folder = await folderOfTest()
  const peer = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
  for (const args of [
    ['up', '--once', 'no-such-file'],
    ['send', 'no-such-file', peer]
  ]) {
    const result = await runCommand({ args: [...args, '--data-dir', folder] })
    expect(result.code).toBe(2)
    expect(result.stderr).toMatch(/^FileArgumentError: .*no-such-file[\s\S]*hint:/)
  }
  expect(await readdir(folder)).toEqual([])
})

it('waystone up never clears a folder that it did not make', async () => {
  const folder = await folderOfTest()
  await writeFile(join(folder, 'thesis.txt'), 'years of work')
  const result = await runCommand({ args: ['up', '--data-dir', folder] })
  expect(result.code).toBe(2)
  expect(result.stderr).toMatch(/FolderNotEmptyError[\s\S]*hint:/)
  expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work')
})
