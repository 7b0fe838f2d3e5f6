import { join } from 'node:path'
import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { AdminService, cluster as clusterApi } from '@waystone/wire/admin'
import { runCommand, startCommand } from './command.ts'
import { nodeClient, readAccess } from './node-client.ts'
import type { DescService } from '@bufbuild/protobuf'
import type { Client } from '@connectrpc/connect'
import type { GetNodeResponse } from '@waystone/wire/admin'
import type { CommandResult, RunningCommand } from './command.ts'
import type { Machine } from './seed-lab.ts'

/** A node on a machine of the lab, reached over a unix socket in its home folder. */
export interface LabNode extends AsyncDisposable {
  readonly machine: Machine
  readonly command: RunningCommand
  /** A client of one of its admin services. */
  client<S extends DescService>(service: S): Promise<Client<S>>
  ready(): Promise<GetNodeResponse>
  /** Its cluster as it sees it; nothing while it cannot say. */
  cluster(): Promise<clusterApi.GetClusterResponse | undefined>
  /** Runs `waystone …` on its machine, for this node. */
  waystone(...args: string[]): Promise<CommandResult>
  /** Ends it as an operator does, or with SIGKILL, and waits. */
  stop(signal?: NodeJS.Signals): Promise<CommandResult>
}

/** Seven programs of this size start at one time on a machine of two cores, in milliseconds. */
const PATIENCE_MS = 60_000
/** Between two questions, in milliseconds: asking many nodes all the time would be what keeps them from answering. */
const PAUSE_MS = 200
/** What every node of the lab needs: the test cannot reach a loopback of another network. */
const LAB_SETTINGS = ['--set', 'admin.socket=~/admin.sock', '--set', 'log.format=json']

/** Starts `waystone seed` or `waystone edge` on a machine. */
export function startOn(machine: Machine, role: 'seed' | 'edge', args: readonly string[]): LabNode {
  const env = { HOME: machine.home }
  const command = startCommand({ args: [role, ...args, ...LAB_SETTINGS], wrapper: machine.inside, env })
  const dataDir = join(machine.home, '.waystone', role)
  let ended: CommandResult | undefined
  void command.result.then(result => (ended = result))
  const client = async <S extends DescService>(service: S): Promise<Client<S>> => {
    return nodeClient(service, await readAccess(dataDir))
  }
  const ask = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    if (ended !== undefined) throw new Error(`the ${role} ended with ${ended.code}: ${ended.stderr}${ended.stdout}`)
    return await question().catch(() => undefined)
  }
  const status = async (): Promise<GetNodeResponse | undefined> => {
    const answer = await ask(async () => await (await client(AdminService)).getNode({}))
    // a file of an earlier run may lead to nobody, or to a run that is just ending
    return answer?.pid === command.process.pid ? answer : undefined
  }
  const isReady = async () => {
    const answer = await status()
    return answer?.ready === true ? answer : undefined
  }
  return {
    machine,
    command,
    client,
    ready: async () => {
      try {
        return await calmly(isReady, `${role} to be ready`)
      } catch (cause) {
        const { stdout, stderr } = command.output()
        throw new Error(`${role} is not ready: ${stderr}${stdout.slice(-4_000)}`, { cause })
      }
    },
    cluster: async () => await ask(async () => await (await client(clusterApi.ClusterService)).getCluster({})),
    waystone: async (...rest) =>
      await runCommand({ args: [...rest, '--data-dir', dataDir], wrapper: machine.inside, env }),
    stop: async (signal = 'SIGTERM') => {
      command.process.kill(signal)
      return await command.result
    },
    [Symbol.asyncDispose]: async () => await command[Symbol.asyncDispose]()
  }
}

/** Asks until there is an answer, leaving the machine to those who are asked. */
export async function calmly<T>(question: () => Promise<T | undefined>, what: string, ms = PATIENCE_MS): Promise<T> {
  const ask = async (): Promise<T | undefined> => {
    const answer = await question()
    if (answer === undefined) await systemClock.sleep(PAUSE_MS)
    return answer
  }
  return await poll(ask, { what, ms })
}
