import { Code } from '@connectrpc/connect'
import { Command, InvalidArgumentError } from 'commander'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { terminalJson } from '@waystone/kit/terminal-text'
import { checkMessages, procedurePath, rpcError } from '@waystone/rpc'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import { JOIN_TIMEOUT_MS, waitUntilJoined } from '../edge/joining.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { reachPeer } from '../edge/reaching.ts'
import { ReportOutput } from '../edge/report-output.ts'
import { servicesOf } from '../edge/services.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { callThrough } from '../through/call.ts'
import { findFittingNode } from '../through/fitting-node.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { NodeFlags } from '../through/fitting-node.ts'

/** A day: longer than anybody waits, and than timers can go wrong, in seconds. */
const MAX_TIMEOUT_S = 86_400

/** Of the command line; the same when a running node finds them. */
const MISTAKES = new Set(['ProcedureInvalidError', 'JsonMessageInvalidError'])

interface CallOptions extends NodeFlags {
  /** In seconds. */
  timeout?: number
  json?: boolean
}

/** `waystone call`: a method of which only the name is known; each answer is a line. */
export function callCommand(): Command {
  const command = new Command('call')
    .argument('<peer>', 'peer id, or a multiaddr that ends in one')
    .argument('<method>', 'SERVICE/METHOD, such as hello.v1.HelloService/SayHello')
    .argument('[json...]', 'the messages; default: one that is empty')
    .option(
      '--timeout <seconds>',
      'default: 30 for a method that answers once, none for one that streams',
      parseSeconds
    )
    .option('--json', 'errors as JSON; answers are JSON anyway')
  return addApiOptions(addConfigOptions(command)).action(call)
}

async function call(peer: string, procedure: string, json: string[], options: CallOptions): Promise<void> {
  readPeer(peer)
  using signalled = untilSignalled()
  const { signal } = signalled
  const output = new ReportOutput(options)
  const note = (text: string): void => output.note(text)
  const messages = json.length === 0 ? ['{}'] : json
  const made = { peer, procedure, messages, timeoutMs: Math.ceil((options.timeout ?? 0) * 1_000), signal }
  try {
    const running = await findFittingNode(options, { note, signal })
    const answers = running === undefined ? callFromOwnEdge(made, { options, note }) : callThrough(running.api, made)
    for await (const answer of answers) console.log(terminalJson(answer))
  } catch (error) {
    signal.throwIfAborted()
    throw MISTAKES.has(nameOf(error)) ? rpcError(Code.InvalidArgument, toError(error)) : error
  }
}

type MadeCall = Parameters<typeof callThrough>[1]

async function* callFromOwnEdge(
  { peer: text, procedure, messages, timeoutMs, signal }: MadeCall,
  { options, note }: { options: CallOptions; note: (text: string) => void }
): AsyncGenerator<string> {
  const named = readPeer(text)
  // a mistake is told at once, and not after a node has joined the network
  procedurePath(procedure)
  checkMessages(messages)
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  if (named.addresses.length === 0) await waitUntilJoined(node, { note, signal, timeoutMs: JOIN_TIMEOUT_MS })
  await reachPeer(node, named, { note, signal })
  const limits = { signal, ...(timeoutMs > 0 && { timeoutMs }) }
  yield* servicesOf(node).rpc.callJson(named.peer, procedure, messages, limits)
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_S))
    throw new InvalidArgumentError(`must be a number of seconds, at most ${MAX_TIMEOUT_S}`)
  return seconds
}
