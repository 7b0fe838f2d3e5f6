/** One question for the time of another machine. */
export interface ClockSample {
  /** When it was asked, by this machine's clock, in milliseconds since the Unix epoch. */
  sentAt: number
  /** Until the answer was there, in milliseconds. */
  roundTripMs: number
  /** When the question arrived, by the other clock. */
  receivedAt: number
  /** When the answer left, by the other clock. */
  answeredAt: number
}

export interface ClockEstimate {
  /** How far this machine is behind (positive) or ahead (negative), in milliseconds. */
  offsetMs: number
  /** The true offset is no further away than this, in milliseconds: half the round trip. */
  boundMs: number
}

/** Milliseconds are not divided, on either machine. */
const RESOLUTION_MS = 1

/** The offset that the sample with the shortest round trip shows (RFC 5905, section 8); none if all are nonsense. */
export function estimateOffset(samples: readonly ClockSample[]): ClockEstimate | undefined {
  const [best] = samples.filter(isPossible).toSorted((a, b) => a.roundTripMs - b.roundTripMs)
  if (best === undefined) return undefined
  const theirs = (best.receivedAt + best.answeredAt) / 2
  const ours = best.sentAt + best.roundTripMs / 2
  return { offsetMs: theirs - ours, boundMs: best.roundTripMs / 2 + RESOLUTION_MS }
}

/** The estimate in the middle: one machine whose clock is wrong does not move it far. */
export function medianOffset(estimates: readonly ClockEstimate[]): ClockEstimate | undefined {
  const sorted = estimates.toSorted((a, b) => a.offsetMs - b.offsetMs)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) return undefined
  const offsetMs = (lower.offsetMs + upper.offsetMs) / 2
  return { offsetMs, boundMs: Math.max(lower.boundMs, upper.boundMs) + (upper.offsetMs - lower.offsetMs) / 2 }
}

function isPossible({ sentAt, roundTripMs, receivedAt, answeredAt }: ClockSample): boolean {
  const areSafe = [sentAt, receivedAt, answeredAt].every(time => Number.isSafeInteger(Math.round(time)))
  const heldMs = answeredAt - receivedAt
  return areSafe && roundTripMs >= 0 && heldMs >= 0 && heldMs <= roundTripMs + 2 * RESOLUTION_MS
}
