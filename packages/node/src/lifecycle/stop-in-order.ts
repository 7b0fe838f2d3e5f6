import { createDeadline } from '@waystone/kit'
import { StopFailedError, StopTimedOutError } from './errors.ts'
import type { Clock } from '@waystone/interface'

/** Something that runs, by the name under which the log speaks of it. */
export interface RunningPart {
  name: string
  stop(): void | Promise<void>
}

export interface StopInOrderInit {
  /** For all parts together, in milliseconds. */
  deadlineMs: number
  clock: Clock
}

/**
 * Stops one part after the other. A part that fails does not keep the next
 * ones running; a part that hangs does, since they may be what it hangs on.
 */
export async function stopInOrder(parts: RunningPart[], { deadlineMs, clock }: StopInOrderInit): Promise<void> {
  using deadline = createDeadline({ ms: deadlineMs, what: 'stopping', clock })
  const failures: unknown[] = []
  for (const part of parts) {
    try {
      await beforeAbort(Promise.resolve(part.stop()), deadline.signal)
    } catch (error) {
      if (deadline.signal.aborted) throw timedOut(part.name, deadlineMs)
      failures.push(error)
    }
  }
  if (failures.length > 0)
    throw new StopFailedError('a part failed while it stopped', { cause: new AggregateError(failures) })
}

/** The result of the work, or the signal's reason if that comes first. */
async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function timedOut(name: string, deadlineMs: number): StopTimedOutError {
  return new StopTimedOutError(`${name} did not stop within ${deadlineMs} ms`, {
    hint: 'the state on disk is safe; raise shutdown.deadline if the node needs longer'
  })
}
