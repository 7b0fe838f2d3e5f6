/**
 * Test doubles for clock and randomness: the only things tests may fake besides faults.
 *
 * @packageDocumentation
 */
export { ManualClock } from './manual-clock.ts'
export { seededRandom } from './seeded-random.ts'
