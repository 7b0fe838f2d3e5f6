import { Code } from '@connectrpc/connect'
import { nameOf } from '@waystone/kit/error-fields'
import { describeRpcFailure } from '@waystone/rpc'
import { PeerArgumentError, readPeer } from '../edge/peer-argument.ts'
import type { trust } from '@waystone/wire/admin'

/**
 * The peer that is meant: by id or multiaddr, or else by the label of its entry.
 *
 * @param find - the entry of a label; rejects if there is none
 * @throws PeerArgumentError
 */
export async function peerOf(
  text: string,
  find: (label: string) => Promise<trust.TrustEntry | undefined>
): Promise<string> {
  try {
    readPeer(text)
    return text
  } catch (error) {
    // a multiaddr is no label
    if (nameOf(error) !== 'PeerArgumentError' || text.startsWith('/')) throw error
    return peerOfEntry(text, await find(text).catch(cause => unlessMissing(cause, error)))
  }
}

function unlessMissing(cause: unknown, otherwise: unknown): never {
  throw describeRpcFailure(cause).code === Code.NotFound ? otherwise : cause
}

function peerOfEntry(label: string, entry: trust.TrustEntry | undefined): string {
  if (entry?.kind === 'peer') return entry.pubkey
  throw new PeerArgumentError(`${JSON.stringify(label)} is a trust file, not a single peer`, {
    hint: 'name one of its nodes by peer id; waystone trust show lists them'
  })
}
