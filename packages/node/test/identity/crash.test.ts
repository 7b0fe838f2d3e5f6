import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemRandom } from '@waystone/kit'
import { seededRandom } from '@waystone/kit/testing'
import { describe, expect, test } from 'vitest'
import { loadIdentity, loadOrCreateIdentity } from '../../src/identity/index.ts'
import { scratchFolder } from './scratch-folder.ts'

const WRITER = fileURLToPath(new URL('key-writer.ts', import.meta.url))
const passphrase = 'secret'
const random = seededRandom(7)
const cost = { N: 16, r: 1, p: 1 }

interface WriterInit {
  folder: string
  count: number
  /** Kills the process, as kill -9 does, when it has printed so many lines. */
  killAfter?: number
}

/** The peer ids a writer printed until it ended. */
async function runWriter({ folder, count, killAfter = Infinity }: WriterInit): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, folder, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'close')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line)
    if (lines.length === killAfter) child.kill('SIGKILL')
  }
  await ended
  return lines
}

describe('a process that is killed while it makes keys', () => {
  test('leaves whole keys only, and each one it reported', async () => {
    const root = await scratchFolder()
    for (let round = 0; round < 20; round++) {
      const folder = join(root, String(round))
      const killAfter = 1 + Math.floor(random.number() * 30)
      const reported = await runWriter({ folder, count: 100_000, killAfter })
      expect(reported.length).toBeGreaterThanOrEqual(killAfter)
      await expectWholeKeys(folder, reported)
    }
  }, 120_000)
})

async function expectWholeKeys(folder: string, reported: string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    const keyFile = join(folder, name, 'identity.key')
    const found = await peerIdIn(keyFile)
    const { peerId } = await loadOrCreateIdentity({ keyFile, passphrase, random: systemRandom, cost })
    const kept = found ?? peerId.toString()
    expect(peerId.toString()).toBe(kept)
    expect(kept).toBe(reported[Number(name)] ?? kept)
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, name))).toEqual(['identity.key'])
  }
}

/** Undefined if there is no key; a damaged one is an error. */
async function peerIdIn(keyFile: string): Promise<string | undefined> {
  try {
    return (await loadIdentity({ keyFile, passphrase })).peerId.toString()
  } catch (error) {
    if (error instanceof Error && error.name === 'KeyFileNotFoundError') return undefined
    throw error
  }
}

describe('processes that make the same keys at once', () => {
  test('agree on one key for each file', async () => {
    const folder = await scratchFolder()
    const count = 40
    const all = await Promise.all([1, 2, 3, 4].map(() => runWriter({ folder, count })))
    expect(all[0]).toHaveLength(count)
    for (const lines of all) expect(lines).toEqual(all[0])
    expect(new Set(all[0]).size).toBe(count)
    for (const name of await readdir(folder)) expect(await readdir(join(folder, name))).toEqual(['identity.key'])
  })

  test('in one process too', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    const created: string[] = []
    const onCreate = ({ peerId }: { peerId: { toString(): string } }): void => void created.push(peerId.toString())
    const made = await Promise.all(
      Array.from({ length: 20 }, () => loadOrCreateIdentity({ keyFile, random: systemRandom, onCreate }))
    )
    expect(created).toHaveLength(1)
    expect(new Set(made.map(({ peerId }) => peerId.toString()))).toEqual(new Set(created))
  })
})
