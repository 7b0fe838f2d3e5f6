import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { runCommand } from './command.ts'
import { startNode } from './node-process.ts'
import type { NodeProcess, NodeProcessInit } from './node-process.ts'

/** Of the leases, in milliseconds: the default. */
export const LEASE = 15_000
const PASSPHRASE = 'sesame'

/** A pool of a test, gone with it. */
export interface Pool {
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
export async function makePool(
  size: number,
  lease: Record<string, string>,
  env: Record<string, string> = {}
): Promise<Pool> {
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

export async function poolInFolder(size: number): Promise<Pool & { leases: string }> {
  const leases = await folderOfTest()
  return { ...(await makePool(size, { directory: leases })), leases }
}

/** Lines that a process has logged, with the times that it gave them in milliseconds since the Unix epoch. */
export function logged({ output }: NodeProcess, text: string): number[] {
  return output()
    .stdout.split('\n')
    .filter(line => line.includes(text))
    .map(line => Date.parse((JSON.parse(line) as { time: string }).time))
}

export const isServing = (node: NodeProcess): boolean => logged(node, 'took slot').length > 0
export const isWaiting = (node: NodeProcess): boolean => logged(node, 'waits for a free slot').length > 0
