import { readFile } from 'node:fs/promises'
import { createDeadline, systemClock } from '@waystone/kit'
import { describeEnded, invitation, reportsOf, rowsOf } from './announcement.ts'
import { NodeEndedError } from './child-node.ts'
import { prepareDataFolder } from './data-folder.ts'
import { LiveView } from '../live-view.ts'
import { prepareNetwork, startNode } from './local-network.ts'
import { allReady, observe } from './observer.ts'
import { sendOnce } from './send-once.ts'
import { renderTable } from './table.ts'
import type { ChildNode } from './child-node.ts'
import type { RoleCounts } from './network-plan.ts'
import type { Observation } from './observer.ts'

/** How often the table looks at the nodes, in milliseconds: while they start, and after. */
const STARTING_INTERVAL_MS = 100
const RUNNING_INTERVAL_MS = 1_000
/** Seven processes on one core start well within this. */
const READY_TIMEOUT_MS = 60_000
/** Longer than a node's own deadline for stopping, so that only a stuck one is killed. */
const STOP_TIMEOUT_MS = 15_000
/** Lines of a log that are shown when a node ends by itself. */
const LOG_TAIL_LINES = 20

const COUNTS: RoleCounts = { seed: 2, relay: 2, edge: 3 }

export interface UpInit {
  dataDir: string
  /** Sends this file from the first edge to the hidden one, then stops. */
  once?: string
  json: boolean
  /** Ends the network. */
  signal: AbortSignal
}

/** Runs a whole network of real processes on loopback until the signal ends it. */
export async function up(init: UpInit): Promise<void> {
  const folder = await prepareDataFolder(init.dataDir)
  const network = await prepareNetwork(COUNTS, folder)
  const [sender] = network.filter(node => node.role === 'edge')
  // with --once the first edge is the `send` process: it runs with that edge's identity and config
  const running = network.filter(node => init.once === undefined || node !== sender)
  const children = running.map(startNode)
  const view = new LiveView(process.stdout)
  try {
    await waitUntilReady(children, init, view)
    if (init.once === undefined) await showUntilEnd(children, init, view)
    else await sendOnce({ file: init.once, network, json: init.json, signal: init.signal })
  } finally {
    await Promise.all(children.map(stop))
  }
  if (init.once === undefined) sayStopped(folder, init.json)
}

async function waitUntilReady(children: ChildNode[], { json, once, signal }: UpInit, view: LiveView): Promise<void> {
  using deadline = createDeadline({ ms: READY_TIMEOUT_MS, what: 'the network to be ready', signal })
  for (;;) {
    const observations = await observe(children, deadline.signal)
    await throwIfEnded(observations)
    if (!json && view.isTerminal) view.show(tableOf(observations, view.width))
    if (allReady(observations)) return announceReady(observations, { json, quiet: once !== undefined, view })
    await systemClock.sleep(STARTING_INTERVAL_MS, { signal: deadline.signal })
  }
}

interface AnnounceInit {
  json: boolean
  quiet: boolean
  view: LiveView
}

function announceReady(observations: Observation[], { json, quiet, view }: AnnounceInit): void {
  if (json) console.log(JSON.stringify({ event: 'ready', nodes: reportsOf(observations) }))
  if (json || quiet) return
  view.show(tableOf(observations, view.width))
  view.print(invitation(observations))
}

async function showUntilEnd(children: ChildNode[], { json, signal }: UpInit, view: LiveView): Promise<void> {
  try {
    for (;;) {
      await systemClock.sleep(RUNNING_INTERVAL_MS, { signal })
      const observations = await observe(children, signal)
      if (json || !view.isTerminal) continue
      view.show([...tableOf(observations, view.width), ...describeEnded(observations)])
    }
  } catch (error) {
    // the only way out: being asked to stop is what a network runs for
    if (!signal.aborted) throw error
  }
}

function tableOf(observations: Observation[], width: number): string[] {
  return renderTable(rowsOf(observations), width)
}

function sayStopped(folder: string, json: boolean): void {
  if (json) console.log(JSON.stringify({ event: 'stopped', dataDir: folder }))
  else console.log(`stopped; logs and received files are in ${folder}`)
}

async function throwIfEnded(observations: Observation[]): Promise<void> {
  const dead = observations.find(({ ended }) => ended !== undefined)
  if (dead === undefined) return
  const { plan, logFile } = dead.child
  const tail = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
  throw new NodeEndedError(`${plan.name} ended with ${dead.ended}; the end of its log:\n${tail}`, {
    hint: `the whole log is ${logFile}`
  })
}

async function stop(child: ChildNode): Promise<void> {
  using deadline = createDeadline({ ms: STOP_TIMEOUT_MS, what: `${child.plan.name} to stop` })
  deadline.signal.addEventListener('abort', () => void child.stop('SIGKILL'), { once: true })
  await child.stop()
}
