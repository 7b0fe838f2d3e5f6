import { createDeadline, systemClock } from '@waystone/kit'
import { codeOf, nameOf } from '@waystone/kit/error-fields'
import { WaystoneError } from '@waystone/interface'
import { EXIT_STOP_TIMED_OUT } from '@waystone/node/exit-codes'
import type { Clock } from '@waystone/interface'

/** How often it is looked, in milliseconds. */
const INTERVAL_MS = 100
/** Longer than any usual `shutdown.deadline`, after which a node ends anyway. */
const TIMEOUT_MS = 60_000

/** A node that was asked to stop still runs. */
export class NodeStillRunsError extends WaystoneError {
  static override readonly name = 'NodeStillRunsError'
  readonly exitCode = EXIT_STOP_TIMED_OUT
}

export interface WaitUntilGoneInit {
  /** Whether the node is still there. */
  runs: () => Promise<boolean> | boolean
  signal: AbortSignal
  clock?: Clock
}

/** @throws NodeStillRunsError after a minute; the signal's reason */
export async function waitUntilGone({ runs, signal, clock = systemClock }: WaitUntilGoneInit): Promise<void> {
  using deadline = createDeadline({ ms: TIMEOUT_MS, what: 'stopping', signal, clock })
  try {
    while (await runs()) await clock.sleep(INTERVAL_MS, { signal: deadline.signal })
  } catch (error) {
    if (nameOf(error) !== 'DeadlineExceededError') throw error
    throw new NodeStillRunsError(`the node still runs ${TIMEOUT_MS / 1_000} s after it was asked to stop`, {
      hint: 'its log says what it waits for; kill the process if it must end now'
    })
  }
}

/** Whether a process of this machine runs. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // it runs as another user
    return codeOf(error) === 'EPERM'
  }
}
