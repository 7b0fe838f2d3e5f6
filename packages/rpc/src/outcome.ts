import { Code, ConnectError } from '@connectrpc/connect'
import {
  codeToString,
  endStreamFlag,
  endStreamFromJson,
  errorFromJsonBytes
} from '@connectrpc/connect/protocol-connect'

/** `ok`, or the name of a Connect code as the protocol writes it: never more than 17 different ones. */
export type CallOutcome = string

export const OK: CallOutcome = 'ok'

const ENVELOPE_HEAD_BYTES = 5

export function outcomeOfError(error: unknown): CallOutcome {
  return codeToString(ConnectError.from(error, Code.Canceled).code)
}

/** What the answer of a unary call says. */
export function outcomeOfUnary(status: number, [body]: Uint8Array[]): CallOutcome {
  if (status === 200) return OK
  const unreadable = new ConnectError('', Code.Unknown)
  return outcomeOfError(body === undefined ? unreadable : errorFromJsonBytes(body, undefined, unreadable))
}

/** What a chunk of enveloped messages says: undefined before the last one. */
export function outcomeOfChunk(chunk: Uint8Array): CallOutcome | undefined {
  if (((chunk[0] ?? 0) & endStreamFlag) === 0) return undefined
  const { error } = endStreamFromJson(chunk.subarray(ENVELOPE_HEAD_BYTES))
  return error === undefined ? OK : outcomeOfError(error)
}
