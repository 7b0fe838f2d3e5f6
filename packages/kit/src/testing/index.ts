/**
 * Test doubles for clock, randomness and metrics, the only things tests may fake besides faults, and waiting for a condition.
 *
 * @packageDocumentation
 */
export { ManualClock } from './manual-clock.ts'
export { poll, until } from './poll.ts'
export type { PollInit } from './poll.ts'
export { RecordedMetrics } from './recorded-metrics.ts'
export { seededRandom } from './seeded-random.ts'
