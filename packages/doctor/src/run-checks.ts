import { abortable, createDeadline } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { GRACE_MS, MAX_TEXT_LENGTH } from './constants.ts'
import type { CheckContext, NamedCheck } from './check.ts'
import type { Observation } from './observation.ts'

export interface RunChecksOptions {
  /** For each check, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
  /** What one check has found. */
  onObservations(found: Observation[]): void
}

/**
 * Runs checks side by side. One that fails, or does not end with its deadline,
 * becomes an observation of that.
 */
export async function runChecks(
  checks: readonly NamedCheck[],
  context: CheckContext,
  options: RunChecksOptions
): Promise<Observation[]> {
  const found = await Promise.all(
    checks.map(async check => {
      const observations = await runCheck(check, context, options)
      options.signal.throwIfAborted()
      options.onObservations(observations)
      return observations
    })
  )
  return found.flat()
}

async function runCheck(
  { name, check }: NamedCheck,
  context: CheckContext,
  { timeoutMs, signal }: RunChecksOptions
): Promise<Observation[]> {
  const { clock } = context
  const what = `the check ${name}`
  using deadline = createDeadline({ ms: timeoutMs, what, signal, clock })
  // a check says at its deadline what it has found until then
  using end = createDeadline({ ms: timeoutMs + GRACE_MS, what, signal, clock })
  try {
    return await abortable(check(context, { signal: deadline.signal }), end.signal)
  } catch (error) {
    signal.throwIfAborted()
    return [{ kind: 'failed', check: name, reason: messageOf(error).slice(0, MAX_TEXT_LENGTH) }]
  }
}
