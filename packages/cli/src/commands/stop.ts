import { Command } from 'commander'
import { askNode } from '../admin/ask-node.ts'
import { processRuns, waitUntilGone } from '../admin/wait-until-gone.ts'
import { addNodeOptions } from '../api/index.ts'
import { describeRpcFailure } from '@waystone/rpc'
import { ReportOutput } from '../edge/report-output.ts'
import type { AskedNode, AskOptions } from '../admin/ask-node.ts'

const GONE = new Set(['NodeNotRunningError', 'NodeLostError'])

/** `waystone stop`: asks the running node to stop and waits until it is gone. */
export function stopCommand(): Command {
  return addNodeOptions(new Command('stop').option('--json', 'as JSON')).action(stop)
}

async function stop(options: AskOptions): Promise<void> {
  await askNode(options, async node => {
    const { admin, signal, api } = node
    const { pid, peerId, role } = await admin.getNode({}, { signal })
    await admin.stop({}, { signal }).catch(ignoreIfGone)
    // only a node of this machine's data folder has a process that can be looked at
    const local = api.dataDir !== undefined
    await waitUntilGone({ runs: async () => (local ? processRuns(pid) : await answers(node)), signal })
    new ReportOutput(options).tell({ event: 'stopped', role, peer: peerId, pid }, `the ${role} ${peerId} has stopped`)
  })
}

async function answers({ admin, signal }: AskedNode): Promise<boolean> {
  try {
    await admin.getNode({}, { signal })
    return true
  } catch (error) {
    ignoreIfGone(error)
    return false
  }
}

// it may end before its last answer is out
function ignoreIfGone(error: unknown): void {
  if (!GONE.has(describeRpcFailure(error).name)) throw error
}
