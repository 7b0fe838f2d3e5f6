import { Command } from 'commander'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import { assertSendable } from '../edge/file-argument.ts'
import { JOIN_TIMEOUT_MS, waitUntilJoined } from '../edge/joining.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { reachPeer } from '../edge/reaching.ts'
import { servicesOf } from '../edge/services.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { SendReport } from '../edge/send-report.ts'
import { findFittingNode } from '../through/fitting-node.ts'
import { sendThrough } from '../through/send.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { NodeFlags } from '../through/fitting-node.ts'
import type { NamedPeer } from '@waystone/kit'

interface SendOptions extends NodeFlags {
  json?: boolean
  name?: string
  quiet?: boolean
}

/** `waystone send`: a file to a peer, resumed until its receipt is there. */
export function sendCommand(): Command {
  const command = new Command('send')
    .argument('<file>', 'the file to send')
    .argument('<peer>', 'peer id, or a multiaddr that ends in one')
    .option('--name <name>', 'offer the file under another name')
    .option('--quiet', 'no progress, only the result')
    .option('--json', 'print events as JSON lines')
  return addApiOptions(addConfigOptions(command)).action(send)
}

async function send(file: string, peerText: string, options: SendOptions): Promise<void> {
  const named = readPeer(peerText)
  // a node elsewhere has files of its own
  if (options.api === undefined) await assertSendable(file)
  const report = new SendReport(options)
  using signalled = untilSignalled()
  const { signal } = signalled
  const note = (text: string): void => report.note(text)
  try {
    const running = await findFittingNode(options, { note, signal })
    const { name } = options
    if (running === undefined) await sendFromOwnEdge(file, named, { options, report, note, signal })
    else await sendThrough(running.api, { file, peer: peerText, name, report, signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

interface OwnSend {
  options: SendOptions
  report: SendReport
  note: (text: string) => void
  signal: AbortSignal
}

async function sendFromOwnEdge(file: string, { peer, addresses }: NamedPeer, init: OwnSend): Promise<void> {
  const { options, report, note, signal } = init
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  // a peer with an address needs no network to be found in
  if (addresses.length === 0) {
    await waitUntilJoined(node, { note, signal, timeoutMs: JOIN_TIMEOUT_MS })
    // a transfer would try for minutes: right for a peer that was there, long for one that nobody knows
    await reachPeer(node, { peer, addresses }, { note, signal })
  }
  const sent = await servicesOf(node).fileTransfer.send(peer, file, {
    addresses,
    signal,
    onProgress: progress => report.progress(progress),
    ...(options.name !== undefined && { name: options.name })
  })
  report.delivered(sent)
}
