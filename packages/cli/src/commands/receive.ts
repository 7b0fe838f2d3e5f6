import { once } from 'node:events'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { nameOf } from '@waystone/kit/error-fields'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import { waitUntilJoined } from '../edge/joining.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { ReceiveReport } from '../edge/receive-report.ts'
import { servicesOf } from '../edge/services.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { findFittingNode } from '../through/fitting-node.ts'
import { receiveThrough } from '../through/receive.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { WaystoneNode } from '@waystone/node'
import type { Config } from '@waystone/node/config'
import type { NodeFlags } from '../through/fitting-node.ts'
import type { JoiningInit } from '../edge/joining.ts'

interface ReceiveOptions extends NodeFlags {
  out?: string
  from?: string[]
  once?: boolean
  json?: boolean
}

/** `waystone receive`: takes files from peers until it is stopped. */
export function receiveCommand(): Command {
  const command = new Command('receive')
    .option('-o, --out <folder>', 'where files go; default: the inbox of the running node, or else this folder')
    .option('--from <peer...>', 'take files only from these peers; default: from everybody')
    .option('--once', 'exit after the first file')
    .option('--json', 'print events as JSON lines')
  return addApiOptions(addConfigOptions(command)).action(receive)
}

async function receive(options: ReceiveOptions): Promise<void> {
  const accept = options.from?.map(text => readPeer(text).peer.toString()) ?? []
  const report = new ReceiveReport(options)
  using signalled = untilSignalled()
  const { signal } = signalled
  const { out, once: isOnce = false } = options
  const note = (text: string): void => report.note(text)
  try {
    const running = await findFittingNode(options, { note, signal })
    if (running === undefined) await receiveOnOwnEdge(accept, { options, report, note, signal })
    else await receiveThrough(running, { out, accept, once: isOnce, report, signal })
  } catch (error) {
    // Ctrl-C is how this command ends
    if (!signal.aborted) throw error
  }
}

interface OwnReceive {
  options: ReceiveOptions
  report: ReceiveReport
  note: (text: string) => void
  signal: AbortSignal
}

async function receiveOnOwnEdge(accept: string[], { options, report, note, signal }: OwnReceive): Promise<void> {
  await using node = await startShortLivedEdge({
    sources: configSourcesFrom(options),
    adjust: config => withInbox(config, resolve(options.out ?? '.'), accept.length === 0 ? 'all' : accept),
    note,
    signal
  })
  const ended = report.follow(servicesOf(node).fileTransfer)
  if (!(await join(node, { note, signal }))) return
  const { libp2p, config } = node
  report.listening({
    peerId: libp2p.peerId.toString(),
    addresses: libp2p.getMultiaddrs().map(String),
    seeds: config.seeds
  })
  await (options.once === true ? Promise.race([ended, once(signal, 'abort')]) : once(signal, 'abort'))
}

// an end by signal before the first file is the user's wish and no failure
async function join(node: WaystoneNode, init: JoiningInit): Promise<boolean> {
  try {
    await waitUntilJoined(node, init)
    return true
  } catch (error) {
    if (nameOf(error) !== 'InterruptedError') throw error
    return false
  }
}

function withInbox(config: Config, inbox: string, accept: 'all' | string[]): Config {
  return { ...config, files: { ...config.files, inbox, accept } }
}
