import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { poll } from '@waystone/kit/testing'
import { startCommand } from './command.ts'
import { AdminService } from '@waystone/wire/admin'
import { nodeClient, readAccess } from './node-client.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { GetNodeResponse } from '@waystone/wire/admin'
import type { CommandResult } from './command.ts'

/** A real seed, relay or edge that runs as a process of its own. */
export interface NodeProcess extends AsyncDisposable {
  readonly dataDir: string
  readonly pid: number
  readonly result: Promise<CommandResult>
  /** What it has printed so far. */
  output(): { stdout: string; stderr: string }
  /** Resolves when `/readyz` answers 200; rejects with the output when the process ends first. */
  untilReady(): Promise<void>
  /** The same, and asks for the answer of `GetNode`. */
  ready(): Promise<GetNodeResponse>
  /** The answer of `GetNode`. */
  status(): Promise<GetNodeResponse>
  /** A client of one of its admin services. */
  client<S extends DescService>(service: S): Promise<Client<S>>
  /** GET on the admin server. */
  get(path: string): Promise<Response>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then waits for the end. */
  stop(): Promise<CommandResult>
}

export interface NodeProcessInit {
  role: 'seed' | 'relay' | 'edge'
  dataDir: string
  /** Contents of the config file, on top of the preset that it extends (default: dev). */
  config?: Record<string, unknown>
  args?: string[]
  env?: Record<string, string>
  /** A command line that runs the node as its last arguments. */
  wrapper?: string[]
}

/** Starts a node with the role's own binary. */
export async function startNode(init: NodeProcessInit): Promise<NodeProcess> {
  const { role, dataDir, args = [], env = {}, wrapper = [] } = init
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const file = `${dataDir}.yaml`
  await writeFile(file, stringify({ extends: 'dev', role, dataDir, network: 'e2e', ...init.config }))
  const command = startCommand({ binary: role, args: ['--config', file, ...args], env, wrapper })
  let ended: CommandResult | undefined
  void command.result.then(result => (ended = result))

  async function get(path: string): Promise<Response> {
    return await poll(() => ask(dataDir, path, ended), { what: `answer of ${role}` })
  }
  async function client<S extends DescService>(service: S): Promise<Client<S>> {
    // answers as soon as admin.url is that of this run
    await get('/livez')
    return nodeClient(service, await readAccess(dataDir))
  }
  async function status(): Promise<GetNodeResponse> {
    return await (await client(AdminService)).getNode({})
  }
  async function untilReady(): Promise<void> {
    await poll(async () => ((await get('/readyz')).ok ? true : undefined), { what: `${role} to be ready` })
  }
  async function ready(): Promise<GetNodeResponse> {
    await untilReady()
    return await status()
  }
  return {
    dataDir,
    pid: command.process.pid ?? 0,
    result: command.result,
    output: command.output,
    untilReady,
    ready,
    status,
    client,
    get,
    kill: signal => void command.process.kill(signal),
    stop: async () => {
      command.process.kill('SIGTERM')
      return await command.result
    },
    [Symbol.asyncDispose]: async () => await command[Symbol.asyncDispose]()
  }
}

/** The answer of the admin server, if it is there yet. */
async function ask(dataDir: string, path: string, ended: CommandResult | undefined): Promise<Response | undefined> {
  if (ended !== undefined) throw new Error(`the node ended with ${ended.code}: ${ended.stderr}${ended.stdout}`)
  try {
    const url = await readFile(join(dataDir, 'admin.url'), 'utf8')
    return await fetch(new URL(path, url.trim()))
  } catch {
    // not written yet, half-way through being replaced, or left there by an earlier run that was killed
    return undefined
  }
}
