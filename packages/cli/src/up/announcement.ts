import { join, relative } from 'node:path'
import { rowOf } from './observer.ts'
import type { PlannedNode } from './network-plan.ts'
import type { Observation } from './observer.ts'
import type { NodeRow } from './table.ts'

/** What programs are told of a node. */
export interface NodeReport extends Omit<NodeRow, 'address' | 'addressCount'> {
  /** Where others reach it, each ending in its peer id. */
  addresses: string[]
  /** Edges only: where received files go. */
  inbox?: string
  logFile: string
}

/** The lines of the table. */
export function rowsOf(observations: Observation[]): NodeRow[] {
  const names = new Map(observations.map(({ child: { plan } }) => [plan.peerId, plan.name]))
  return observations.map(seen => rowOf(seen, names))
}

/** Every node for programs: nothing in it is shortened. */
export function reportsOf(observations: Observation[]): NodeReport[] {
  return rowsOf(observations).flatMap(({ address: _first, addressCount: _count, ...row }, index) => {
    const seen = observations[index]
    if (seen === undefined) return []
    const { plan, logFile } = seen.child
    const inbox = plan.role === 'edge' ? { inbox: inboxOf(plan) } : {}
    return { ...row, addresses: seen.status?.addresses ?? [], ...inbox, logFile }
  })
}

/** What to try next, in words that can be pasted. */
export function invitation(observations: Observation[]): string[] {
  const hidden = observations.map(({ child }) => child.plan).findLast(({ role }) => role === 'edge')
  const seed = observations.find(({ child }) => child.plan.role === 'seed')?.status?.addresses[0] ?? ''
  if (hidden === undefined) return []
  return [
    '',
    `ready. ${hidden.name} is reachable only through the relays. Send it a file from another terminal:`,
    '',
    `  npx waystone send README.md ${hidden.peerId} --preset dev --network local --seeds ${seed}`,
    '',
    `It arrives in ${inboxOf(hidden)}, which the next start empties. Any of the nodes can be asked:`,
    '',
    `  npx waystone status --data-dir ${relative(process.cwd(), hidden.dataDir)}`,
    '',
    'Ctrl-C stops the network.',
    ''
  ]
}

/** Where to read why a node ended by itself. */
export function describeEnded(observations: Observation[]): string[] {
  return observations
    .filter(({ ended }) => ended !== undefined)
    .map(({ child, ended }) => `${child.plan.name} ended with ${ended}; its log is ${child.logFile}`)
}

function inboxOf({ dataDir }: PlannedNode): string {
  return join(dataDir, 'inbox')
}
