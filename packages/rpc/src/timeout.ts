import { MAX_CALL_MS, MAX_UNARY_CALL_MS, UNARY_CALL_MS } from './constants.ts'

/** The header in which the Connect protocol carries a call's deadline, in milliseconds. */
export const TIMEOUT_HEADER = 'connect-timeout-ms'

/**
 * How long a call may take, in milliseconds: what its caller asks for, within
 * limits. Undefined: no end is set, or it cannot be read, which Connect refuses itself.
 */
export function callTimeout(header: string | null, streaming: boolean): number | undefined {
  if (header === null) return streaming ? undefined : UNARY_CALL_MS
  if (!/^\d{1,10}$/.test(header)) return undefined
  return Math.min(Number(header), streaming ? MAX_CALL_MS : MAX_UNARY_CALL_MS)
}
