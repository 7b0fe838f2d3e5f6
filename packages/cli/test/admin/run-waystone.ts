import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { adminNode } from '../api/admin-node.ts'
import { runInside } from '../run-inside.ts'
import type { ChildProcess } from 'node:child_process'
import type { AdminNodeInit } from '../api/admin-node.ts'
import type { Finished } from '../run-inside.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export interface Running {
  process: ChildProcess
  printed: { stdout: string; stderr: string }
  finished: Promise<Finished>
}

/**
 * A node that is there only by its admin API, and the command line of `waystone` for its data folder: `run` in this
 * process, `start` in one of its own, for what signals and pipes do.
 */
export async function nodeAndCommands(
  service: AdminNodeInit['service'] = {},
  trust: AdminNodeInit['trust'] = {},
  content: AdminNodeInit['content'] = {},
  more: Pick<AdminNodeInit, 'cluster' | 'registry'> = {}
) {
  const folder = await temporaryFolder()
  onTestFinished(async () => await folder[Symbol.asyncDispose]())
  const dataDir = join(folder.path, 'edge')
  const node = await adminNode({ dataDir, service, trust, content, ...more })
  onTestFinished(async () => await node[Symbol.asyncDispose]())
  const here = ['--data-dir', dataDir]
  const start = (...args: string[]): Running => startWaystone([...args, ...here])
  return { dataDir, node, start, run: async (...args: string[]) => await runInside([...args, ...here]) }
}

function startWaystone(args: string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()))
  return { process: child, printed, finished: finish(child, printed) }
}

async function finish(child: ChildProcess, printed: Running['printed']): Promise<Finished> {
  await once(child, 'close')
  return { code: child.exitCode ?? child.signalCode ?? 'unknown', ...printed }
}

/** What a program reads from standard output: one JSON object a line. */
export function jsonLines(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
}
