import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { ChildProcess } from 'node:child_process'

/** The repository root. */
export const repository = resolve(import.meta.dirname, '../..')

/** The binaries under test, as files that Node runs. */
export const binaries = {
  waystone: resolve(repository, 'packages/cli/src/main.ts'),
  seed: resolve(repository, 'packages/seed-node/src/main.ts'),
  relay: resolve(repository, 'packages/relay-node/src/main.ts'),
  edge: resolve(repository, 'packages/edge-node/src/main.ts')
}

export interface CommandInit {
  binary?: keyof typeof binaries
  args: string[]
  cwd?: string
  env?: Record<string, string>
  /** Text for standard input; without it there is none. */
  input?: string
  /** A command line that runs the binary as its last arguments, `unshare` for example. */
  wrapper?: string[]
}

export interface CommandResult {
  /** Exit code, or the name of the signal that ended it. */
  code: number | string
  stdout: string
  stderr: string
}

/** A process of the product that runs. Disposing of it kills it. */
export interface RunningCommand extends AsyncDisposable {
  process: ChildProcess
  /** What it has printed so far. */
  output(): { stdout: string; stderr: string }
  result: Promise<CommandResult>
}

/** Starts a binary of the product. */
export function startCommand(init: CommandInit): RunningCommand {
  const { binary = 'waystone', args, cwd, env, input, wrapper = [] } = init
  const [file = process.execPath, ...rest] = [...wrapper, process.execPath, binaries[binary], ...args]
  const child = spawn(file, rest, {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()))
  child.stdin?.end(input)
  const result = new Promise<CommandResult>(done => {
    child.once('close', (code, signal) => done({ code: code ?? signal ?? 'unknown', ...printed }))
  })
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await result
  }
  return { process: child, output: () => printed, result, [Symbol.asyncDispose]: dispose }
}

/** Runs a binary of the product to its end. */
export async function runCommand(init: CommandInit): Promise<CommandResult> {
  await using command = startCommand(init)
  return await command.result
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WAYSTONE_')))
}
