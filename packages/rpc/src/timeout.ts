import { MAX_UNARY_CALL_MS, UNARY_CALL_MS } from './constants.ts'

/** The header in which the Connect protocol carries a call's deadline, in milliseconds. */
export const TIMEOUT_HEADER = 'connect-timeout-ms'

/**
 * How long a call may take, in milliseconds: what its caller asks for, within
 * limits if it is answered once. Undefined: no end is set, or it cannot be read,
 * which Connect refuses itself.
 */
export function callTimeout(header: string | null, streaming: boolean): number | undefined {
  if (header !== null && !/^\d{1,10}$/.test(header)) return undefined
  const asked = header === null ? undefined : Number(header)
  return streaming ? asked : Math.min(asked ?? UNARY_CALL_MS, MAX_UNARY_CALL_MS)
}
