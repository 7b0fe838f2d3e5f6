import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'

const CODES: Readonly<Record<string, Code>> = {
  EntryUnknownError: Code.NotFound,
  LabelTakenError: Code.AlreadyExists,
  PubkeyTakenError: Code.AlreadyExists,
  TooManyEntriesError: Code.ResourceExhausted,
  TrustClosedError: Code.Unavailable
}

/** Of the operator's own words: a mistake on the command line. */
const MISTAKE =
  /^(Label|Pubkey|TrustLevel|TrustFunction|Lifetime|EntryAddress|TrustFile|TrustImport|PeerName|Publish|Cursor)/

/** Lets the named errors of this room cross to the caller; others arrive as `internal`, with their name. */
export async function explained<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainedError(error)
  }
}

export function explainedError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error
  const name = nameOf(error)
  const code = CODES[name] ?? (MISTAKE.test(name) ? Code.InvalidArgument : undefined)
  // an error without a name of ours is a fault, and what it says belongs into the log alone
  if (code === undefined && !/^(Ipns|Record|Mirror|Key|Content|Passphrase)\w*Error$/.test(name)) throw error
  return rpcError(code ?? Code.FailedPrecondition, toError(error))
}
