import { vi } from 'vitest'
import { run } from '../src/run.ts'

export interface Finished {
  code: number | string
  stdout: string
  stderr: string
}

/** Runs a command line in this process, one at a time: a process for each costs a second of a busy machine. */
export async function runInside(args: string[]): Promise<Finished> {
  const printed = { stdout: '', stderr: '' }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(chunk => keep(printed, 'stdout', chunk)),
    vi.spyOn(process.stderr, 'write').mockImplementation(chunk => keep(printed, 'stderr', chunk)),
    vi.spyOn(console, 'log').mockImplementation((line: string) => void keep(printed, 'stdout', `${line}\n`)),
    vi.spyOn(console, 'error').mockImplementation((line: string) => void keep(printed, 'stderr', `${line}\n`))
  ]
  try {
    return { code: await run(args), ...printed }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.exitCode = undefined
  }
}

function keep(printed: { stdout: string; stderr: string }, to: 'stdout' | 'stderr', chunk: string | Uint8Array): true {
  printed[to] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
  return true
}
