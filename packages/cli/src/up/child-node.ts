import { spawn } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WaystoneError } from '@waystone/interface'
import { EXIT_START_FAILED } from '@waystone/node/exit-codes'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { PlannedNode } from './network-plan.ts'

/** One of the network's processes ended although nobody asked it to. */
export class NodeEndedError extends WaystoneError {
  static override readonly name = 'NodeEndedError'
  readonly exitCode = EXIT_START_FAILED
}

/** A node of the local network as a process of its own. Its log goes to `log.jsonl` in its data folder. */
export class ChildNode {
  readonly plan: PlannedNode
  readonly #process: ChildProcess
  /** Resolves with the exit code, or with the signal's name. */
  readonly ended: Promise<number | string>
  /** What {@link ended} resolves with, once it has. */
  exit: number | string | undefined

  constructor(plan: PlannedNode, configFile: string) {
    this.plan = plan
    const log = openSync(this.logFile, 'a', 0o600)
    // it stops when the IPC channel ends: also when this process is killed and can ask nobody to stop
    const args = [cliEntry(), plan.role, '--config', configFile, '--exit-with-parent']
    // in a process group of its own, so that Ctrl-C reaches it once: through us, in order
    const options = {
      stdio: ['ignore', log, log, 'ipc'],
      env: childEnvironment(),
      detached: true
    } satisfies SpawnOptions
    this.#process = spawn(process.execPath, args, options)
    closeSync(log)
    this.ended = this.#waitForEnd()
  }

  async #waitForEnd(): Promise<number | string> {
    this.exit = await new Promise<number | string>(resolve => {
      this.#process.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
      this.#process.once('error', error => resolve(error.message))
    })
    return this.exit
  }

  get logFile(): string {
    return join(this.plan.dataDir, 'log.jsonl')
  }

  /** The admin URL, once the node has written it down. */
  async adminUrl(): Promise<string | undefined> {
    return await this.#read('admin.url')
  }

  /** The token of the admin API, once the node has made one. */
  async adminToken(): Promise<string | undefined> {
    return await this.#read('admin.token')
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      return (await readFile(join(this.plan.dataDir, name), 'utf8')).trim()
    } catch {
      return undefined
    }
  }

  /** Asks the process to stop in order; `SIGKILL` makes it stop at once. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#process.kill(signal)
    await this.ended
  }
}

/** The script that runs `waystone` now runs the nodes as well. */
export function cliEntry(): string {
  return join(import.meta.dirname, `../main${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`)
}

/** The environment without settings that are meant for a single node. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WAYSTONE_')))
}
