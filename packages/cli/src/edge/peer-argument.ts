import { WaystoneError } from '@waystone/interface'
import { parsePeer } from '@waystone/kit'
import { hintOf, messageOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import type { NamedPeer } from '@waystone/kit'

/** A peer on the command line is neither a peer id nor a multiaddr that ends in one. */
export class PeerArgumentError extends WaystoneError {
  static override readonly name = 'PeerArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/**
 * Reads the peer that a command line names.
 *
 * @throws PeerArgumentError
 */
export function readPeer(text: string): NamedPeer {
  try {
    return parsePeer(text)
  } catch (error) {
    const hint = hintOf(error)
    throw new PeerArgumentError(messageOf(error), { cause: error, ...(hint !== undefined && { hint }) })
  }
}
