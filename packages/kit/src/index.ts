/**
 * A handful of small tools, one file each, on which every service is built.
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts'
export { systemRandom } from './random.ts'
export { createDeadline, DeadlineExceededError } from './deadline.ts'
export type { Deadline, DeadlineInit } from './deadline.ts'
export { backoffDelay, retry } from './backoff.ts'
export type { BackoffInit, RetryOptions } from './backoff.ts'
