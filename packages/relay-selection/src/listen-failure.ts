import { WaystoneError } from '@waystone/interface'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { NotARelayError, ReservationFailedError, ReservationRefusedError } from './errors.ts'

/**
 * Turns what the circuit transport or the transport manager threw into a named
 * error. The first knows a refusal only as text, the second puts names, texts
 * and stacks of all its failures into one message.
 *
 * Status codes: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md#status-codes-and-error-handling
 */
export function explainListenFailure(cause: unknown): WaystoneError {
  if (cause instanceof WaystoneError) return cause
  const text = `${nameOf(cause)}: ${messageOf(cause)}`
  const status = /reservation failed with status ([A-Z_]{1,40})/.exec(text)?.[1]
  if (status !== undefined) return new ReservationRefusedError(`the relay refused: ${status}`, { cause })
  if (/UnsupportedProtocolError/.test(text))
    return new NotARelayError('it does not serve the relay protocol', { cause })
  return new ReservationFailedError(`no reservation: ${innermostLine(text)}`, { cause })
}

// the transport manager's own sentence says nothing; the line after it has the address and the first failure
function innermostLine(text: string): string {
  const lines = text.split('\n').map(line => line.trim())
  return lines.find(line => line.startsWith('/'))?.replace(/^\S+: /, '') ?? lines[0] ?? ''
}
