/**
 * Test doubles for clock, randomness and metrics: the only things tests may fake besides faults.
 *
 * @packageDocumentation
 */
export { ManualClock } from './manual-clock.ts'
export { RecordedMetrics } from './recorded-metrics.ts'
export { seededRandom } from './seeded-random.ts'
