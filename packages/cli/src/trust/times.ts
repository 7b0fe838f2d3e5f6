const UNITS: [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000]
]

/** A span of milliseconds in its largest unit, rounded: `12h`, `30d`. */
export function formatSpan(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= length) ?? ['ms', 1]
  return `${Math.round(ms / size)}${unit}`
}

/** How long ago or how far off a time is, both in milliseconds since the Unix epoch: `3m ago`, `in 2d`. */
export function formatDistance(at: number, now: number): string {
  return at <= now ? `${formatSpan(now - at)} ago` : `in ${formatSpan(at - now)}`
}

/** A time in UTC to the second; what no calendar holds stays a number. */
export function formatTime(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : `${date.toISOString().slice(0, 19)}Z`
}
