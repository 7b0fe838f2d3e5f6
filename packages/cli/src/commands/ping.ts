import { Command, InvalidArgumentError } from 'commander'
import { pathOf, systemClock } from '@waystone/kit'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import { JOIN_TIMEOUT_MS, waitUntilJoined } from '../edge/joining.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { reachPeer } from '../edge/reaching.ts'
import { servicesOf } from '../edge/services.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { PingReport } from '../edge/ping-report.ts'
import { findFittingNode } from '../through/fitting-node.ts'
import { pingThrough } from '../through/ping.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { PeerId } from '@libp2p/interface'
import type { WaystoneNode } from '@waystone/node'
import type { NamedPeer } from '@waystone/kit'
import type { NodeApi } from '../api/index.ts'
import type { NodeFlags } from '../through/fitting-node.ts'

/** Between two pings, in milliseconds. */
const INTERVAL_MS = 1_000

interface PingOptions extends NodeFlags {
  count: number
  json?: boolean
}

/** `waystone ping`: round trips, and the path and transport they take. */
export function pingCommand(): Command {
  const command = new Command('ping')
    .argument('<peer>', 'peer id, or a multiaddr that ends in one')
    .option('-c, --count <n>', 'how many pings', parseCount, 5)
    .option('--json', 'print events as JSON lines')
  return addApiOptions(addConfigOptions(command)).action(pingPeer)
}

async function pingPeer(text: string, options: PingOptions): Promise<void> {
  const named = readPeer(text)
  const report = new PingReport(named.peer.toString(), options)
  using signalled = untilSignalled()
  const { signal } = signalled
  const init = { options, report, signal }
  try {
    const running = await findFittingNode(options, { note: line => report.note(line), signal })
    if (running === undefined) await pingFromOwnEdge(named, init)
    else await pingFromRunningNode(running.api, text, init)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
  report.throwIfAllLost()
}

interface PingInit {
  options: PingOptions
  report: PingReport
  signal: AbortSignal
}

async function pingFromRunningNode(api: NodeApi, peer: string, { options, report, signal }: PingInit): Promise<void> {
  try {
    await pingThrough(api, { peer, count: options.count, intervalMs: INTERVAL_MS, report, signal })
  } finally {
    // also after Ctrl-C, as users of ping know it
    if (report.hasBegun) report.summary()
  }
}

async function pingFromOwnEdge(named: NamedPeer, { options, report, signal }: PingInit): Promise<void> {
  const note = (line: string): void => report.note(line)
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  if (named.addresses.length === 0) await waitUntilJoined(node, { note, signal, timeoutMs: JOIN_TIMEOUT_MS })
  const connection = await reachPeer(node, named, { note, signal })
  report.connected(connection.remoteAddr.toString(), pathOf(connection))
  try {
    for (let sequence = 1; sequence <= options.count; sequence++) {
      if (sequence > 1) await systemClock.sleep(INTERVAL_MS, { signal })
      await pingOnce(node, named.peer, { sequence, report, signal })
    }
  } finally {
    report.summary()
  }
}

interface PingOnceInit {
  sequence: number
  report: PingReport
  signal: AbortSignal
}

async function pingOnce(node: WaystoneNode, peer: PeerId, { sequence, report, signal }: PingOnceInit): Promise<void> {
  try {
    const ms = await servicesOf(node).ping.ping(peer, { signal })
    // the path may have become a direct one meanwhile
    const [connection] = node.libp2p.getConnections(peer).toSorted((a, b) => Number(b.direct) - Number(a.direct))
    report.pong({ sequence, ms, ...(connection !== undefined && { route: pathOf(connection) }) })
  } catch (error) {
    signal.throwIfAborted()
    report.lost(sequence, error)
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('must be a whole number from 1')
  return count
}
