import { CHECKS } from './checks/index.ts'
import { CHECK_MS, MAX_CHECK_MS } from './constants.ts'
import { judge } from './judge/index.ts'
import { runChecks } from './run-checks.ts'
import type { CheckContext } from './check.ts'
import type { Diagnosis, ExamineOptions } from './contract.ts'
import type { Situation } from './judge/situation.ts'
import type { Observation } from './observation.ts'

type Parts = Omit<CheckContext, 'afterwards'>

/** Measures, judges, and undoes what measuring has set up. */
export async function examineNode(parts: Parts, options: ExamineOptions): Promise<Diagnosis> {
  const undo: (() => Promise<void>)[] = []
  const context: CheckContext = { ...parts, afterwards: work => void undo.push(work) }
  try {
    const observations = await observe(context, options)
    const { role, versions } = parts.init
    const about = { peerId: parts.components.peerId.toString(), role, version: versions.waystone }
    return { ...judge(situationOf(parts, observations)), ...about, atMs: context.clock.now() }
  } finally {
    await Promise.allSettled(undo.map(async work => await work()))
  }
}

async function observe(context: CheckContext, options: ExamineOptions): Promise<Observation[]> {
  const { timeoutMs = CHECK_MS, signal = new AbortController().signal } = options
  const soFar: Observation[] = []
  const onObservations = (found: Observation[]): void => {
    soFar.push(...found)
    const { findings } = judge(situationOf(context, soFar))
    for (const finding of findings) if (found.includes(finding.detail)) options.onFinding?.(finding)
  }
  return await runChecks(CHECKS, context, { timeoutMs: Math.min(timeoutMs, MAX_CHECK_MS), signal, onObservations })
}

function situationOf({ init: { role, isLocal } }: Parts, observations: readonly Observation[]): Situation {
  return { role, isLocal, observations }
}
