import { LAST_WAIT_FACTOR, MAX_REQUESTS, RTO_MS } from './constants.ts'

/**
 * How long to wait after each request of a transaction, in milliseconds: twice
 * as long each time, and after the last one a fixed multiple of the first wait
 * (RFC 8489, section 6.2.1).
 */
export function retransmissionWaits(requests = MAX_REQUESTS, lastFactor = LAST_WAIT_FACTOR): number[] {
  return Array.from({ length: requests }, (_, index) => RTO_MS * (index === requests - 1 ? lastFactor : 2 ** index))
}
