import { expect } from 'vitest'
import type { JsonObject } from '@bufbuild/protobuf'
import type { ExpectedError, Metadata, Outcome, WayCase } from './way.ts'

/** Compares what came of a call with what the table says. */
export function expectOutcome(call: WayCase, outcome: Outcome): void {
  const { answers = [], header = {}, trailer = {}, error } = call.expected
  expect(outcome.error, JSON.stringify(outcome.error)).toEqual(
    error === undefined ? undefined : expect.objectContaining(crossing(error))
  )
  const got = outcome.answers.map(answer => comparable(answer, call.timeoutMs))
  // on a busy machine a deadline may come before the answers that a quiet one gives first
  expect(got).toEqual(error?.code === 'deadline_exceeded' ? answers.slice(0, got.length) : answers)
  if (error === undefined) expect({ header: outcome.header, trailer: outcome.trailer }).toEqual({ header, trailer })
  else expect<Metadata>({ ...outcome.header, ...outcome.trailer }).toEqual(error.metadata ?? {})
}

function crossing({ code, message, details }: ExpectedError): object {
  return { code, ...(message !== undefined && { message }), ...(details !== undefined && { details }) }
}

/** Without who called; what is left of the deadline counts as all of it. */
function comparable({ timeoutMs, ...answer }: JsonObject, askedMs: number | undefined): JsonObject {
  delete answer['caller']
  if (askedMs === undefined || timeoutMs === undefined) return answer
  const inTime = typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= askedMs
  return { ...answer, timeoutMs: inTime ? askedMs : timeoutMs }
}
