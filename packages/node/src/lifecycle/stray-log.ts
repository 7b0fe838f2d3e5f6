import { systemClock, TokenBucket } from '@waystone/kit'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

/** At once; enough to see the first ones of a failure whole. */
const BURST = 10
/** In the long run: a line with a stack each. */
const PER_SECOND = 1

/**
 * Logs rejections that nobody handled, but so many at most: a remote may be
 * able to cause them. How many were left out is told with the next one.
 */
export function createStrayLog(log: Logger, clock: Clock = systemClock): (reason: unknown) => void {
  const bucket = new TokenBucket({ capacity: BURST, refillPerSecond: PER_SECOND, clock })
  let leftOut = 0
  return reason => {
    if (!bucket.take()) {
      leftOut++
      return
    }
    if (leftOut > 0) log.error('%d rejections that nobody handled were left out', leftOut)
    leftOut = 0
    log.error('a rejection that nobody handled - %e', reason)
  }
}
