import { Command } from 'commander'
import { WaystoneError } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import { EXIT_FAILED } from '@waystone/node/exit-codes'
import { cluster as api } from '@waystone/wire/admin'
import { askNode, followNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { LiveView } from '../live-view.ts'
import { widthOf } from '../trust/fitted-table.ts'
import { examples } from './options.ts'
import { clusterObject, clusterView, isWell, renderCluster } from './status-view.ts'
import type { AskedNode, AskOptions } from '../admin/ask-node.ts'
import type { ClusterView } from './status-view.ts'

/** Between two looks of `--watch`, in milliseconds: members are asked each time. */
const WATCH_MS = 2_000

interface StatusOptions extends AskOptions {
  watch?: boolean
}

/** The running node is in no cluster. */
class NoClusterError extends WaystoneError {
  static override readonly name = 'NoClusterError'
  readonly exitCode = EXIT_FAILED
}

/** `waystone cluster status`. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description(
      'ask every member how it does; fails unless all that run can be reached and agree (not running: no address is known)'
    )
    .option('-w, --watch', 'again and again, until Ctrl-C')
    .option('--json', 'as JSON')
  return addNodeOptions(command)
    .addHelpText('after', examples('cluster status', 'cluster status --watch', 'cluster status --json --data-dir seed'))
    .action(status)
}

async function status(options: StatusOptions): Promise<void> {
  if (options.watch === true) return await followNode(options, async node => await watch(node, options))
  await askNode(options, async node => {
    const view = await look(node)
    if (options.json === true) printJson(clusterObject(view))
    else printLines(renderCluster(view, systemClock.now(), widthOf(process.stdout)))
    if (!isWell(view)) process.exitCode = EXIT_FAILED
  })
}

async function watch(node: AskedNode, { json }: StatusOptions): Promise<void> {
  const live = new LiveView(process.stdout)
  for (;;) {
    const view = await look(node)
    if (json === true) printJson(clusterObject(view))
    else live.show(renderCluster(view, systemClock.now(), live.width))
    await systemClock.sleep(WATCH_MS, { signal: node.signal })
  }
}

/** @throws NoClusterError */
async function look({ api: node, signal }: AskedNode): Promise<ClusterView> {
  const client = node.client(api.ClusterService)
  const cluster = await client.getCluster({}, { signal })
  if (cluster.state === 'none') {
    throw new NoClusterError('this node belongs to no cluster', {
      hint: 'give its config a cluster: waystone cluster init NAME makes one with configs for its nodes'
    })
  }
  const answers: api.ClusterMember[] = []
  for await (const { member } of client.checkMembers({}, { signal })) if (member !== undefined) answers.push(member)
  return clusterView(cluster, answers)
}
