import { once } from 'node:events'
import { EXIT_BAD_CONFIG, EXIT_CLEAN, EXIT_FAILED, EXIT_START_FAILED, exitCodeFor } from '../exit-codes.ts'
import { nameOf } from '@waystone/kit/error-fields'
import { createLog } from '../logging/create-log.ts'
import { NodeLog } from '../logging/node-log.ts'
import { createNode } from '../node.ts'
import { VERSION } from '../version.ts'
import { catchStrays } from './catch-strays.ts'
import { loadRole } from './load-role.ts'
import { onParentGone } from './parent.ts'
import { printError } from './print-error.ts'
import { parseRoleFlags, ROLE_FLAGS_HELP } from './role-flags.ts'
import { listenForSignals } from './signals.ts'
import type { Logger } from '@libp2p/interface'
import type { Config } from '../config/schema.ts'
import type { WaystoneNode } from '../node.ts'
import type { Plugins } from '../plugins/plugin.ts'
import type { LoadedRole } from './load-role.ts'

type Role = Config['role']

/**
 * Runs one node from start to stop, as the role binaries and `waystone
 * seed|relay|edge` do. Exit codes: 0 clean, 2 bad config, 3 start failed,
 * 4 stop timed out; a second SIGTERM or SIGINT exits at once with 143 or 130.
 *
 * @param args - without `node` and the script
 * @returns the exit code; exit with it, since native code may keep the process alive
 */
export async function runRole(role: Role, plugins: Plugins, args: string[]): Promise<number> {
  const stopping = new AbortController()
  const stopListening = listenForSignals({
    onStop: name => stopping.abort(name),
    onSecond: code => process.exit(code)
  })
  try {
    return await inStages(role, plugins, { args, stopping })
  } finally {
    stopListening()
  }
}

interface Run {
  args: string[]
  /** Aborted with the name of the operating system's signal, with what else ends the node, or with an error that does. */
  stopping: AbortController
}

async function inStages(role: Role, plugins: Plugins, { args, stopping }: Run): Promise<number> {
  const { signal } = stopping
  let stageCode = EXIT_BAD_CONFIG
  try {
    const flags = parseRoleFlags(args)
    if (flags.help) return say(`Usage: waystone ${role} [flags]\n\n${ROLE_FLAGS_HELP}\n`)
    if (flags.version) return say(`${VERSION}\n`)
    if (flags.exitWithParent) onParentGone(() => stopping.abort('the end of its parent process'))
    const loaded = await loadRole(role, flags)
    stageCode = EXIT_START_FAILED
    const { node, log } = await makeNode(loaded, plugins, stopping)
    await startUntil(signal, node)
    stageCode = EXIT_FAILED
    if (!signal.aborted) await once(signal, 'abort')
    log('stopping on %s', String(signal.reason))
    await stop(node, { reason: signal.reason, log })
    return EXIT_CLEAN
  } catch (error) {
    if (signal.aborted && nameOf(error) === 'NodeStoppedError') return EXIT_CLEAN
    printError(error)
    return exitCodeFor(error, stageCode)
  }
}

async function makeNode(
  { config, loaded, passphrase }: LoadedRole,
  plugins: Plugins,
  stopping: AbortController
): Promise<{ node: WaystoneNode; log: Logger }> {
  const logger = new NodeLog(await createLog(config.log))
  const log = logger.forComponent('waystone:process')
  catchStrays(log)
  const onStopRequest = (): void => stopping.abort('a call of the admin API')
  const onFailure = (error: unknown): void => stopping.abort(error)
  const { signal } = stopping
  const node = await createNode({ config, loaded, plugins, passphrase, logger, onStopRequest, onFailure, signal })
  return { node, log }
}

/** A signal during the start is no failed start: the node just stops. */
async function startUntil(signal: AbortSignal, node: WaystoneNode): Promise<void> {
  try {
    await node.start({ signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** What was no signal but a failure of the node ends the process as one; it says more than what goes wrong after it. */
async function stop(node: WaystoneNode, { reason, log }: { reason: unknown; log: Logger }): Promise<void> {
  if (!(reason instanceof Error)) return await node.stop()
  await node.stop().catch(error => log.error('stopping after a failure - %e', error))
  throw reason
}

function say(text: string): number {
  process.stdout.write(text)
  return EXIT_CLEAN
}
