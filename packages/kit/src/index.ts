/**
 * A handful of small tools, one file each, on which every service is built.
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts'
export { systemRandom } from './random.ts'
export { createDeadline, DeadlineExceededError } from './deadline.ts'
export type { Deadline, DeadlineInit } from './deadline.ts'
export { abortable } from './abortable.ts'
export { backoffDelay, retry } from './backoff.ts'
export type { BackoffInit, RetryOptions } from './backoff.ts'
export { framed, FrameReadPendingError, FrameTooLargeError, FrameTruncatedError } from './framing.ts'
export type { FrameableStream, FramedStream, FramedStreamInit } from './framing.ts'
export { pathOf } from './connection-path.ts'
export type { ConnectionRoute, PathHints, RoutedConnection } from './connection-path.ts'
export { sendAll } from './stream-writer.ts'
export { readChunks } from './read-chunks.ts'
export { FrameLengthInvalidError } from './frame-length.ts'
export type { LengthEncoding } from './frame-length.ts'
export { TokenBucket } from './token-bucket.ts'
export type { TokenBucketInit } from './token-bucket.ts'
export { KeyedTokenBuckets } from './keyed-token-buckets.ts'
export type { KeyedTokenBucketsInit } from './keyed-token-buckets.ts'
export { LostError, Supervisor } from './supervisor.ts'
export type { SupervisorInit } from './supervisor.ts'
export { lookUpAddresses } from './peer-lookup.ts'
export { describeDialFailure } from './dial-failure.ts'
export type { DialFailure, DialResult } from './dial-failure.ts'
