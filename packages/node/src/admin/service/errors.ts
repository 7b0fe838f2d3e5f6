import { Code } from '@connectrpc/connect'
import { WaystoneError } from '@waystone/interface'
import { describeDialFailure, parsePeer } from '@waystone/kit'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'
import type { ConnectError } from '@connectrpc/connect'
import type { PeerId } from '@libp2p/interface'
import type { NamedPeer } from '@waystone/kit'

/** No connection to the peer could be made. */
export class PeerUnreachableError extends WaystoneError {
  static override readonly name = 'PeerUnreachableError'
}

/** The call names this node itself where it needs another one. */
export class PeerIsSelfError extends WaystoneError {
  static override readonly name = 'PeerIsSelfError'
}

/** There is no such level. */
export class LogLevelInvalidError extends WaystoneError {
  static override readonly name = 'LogLevelInvalidError'
}

/** The log of this node belongs to the program that the node is a part of. */
export class LogNotOwnError extends WaystoneError {
  static override readonly name = 'LogNotOwnError'
}

/**
 * The peer that a call names.
 *
 * @throws ConnectError - invalid_argument, with PeerNameInvalidError or PeerIsSelfError
 */
export function namedPeer(text: string, self: PeerId): NamedPeer {
  const named = parsed(text)
  if (!named.peer.equals(self)) return named
  const error = new PeerIsSelfError('this is the peer id of the node that was asked', { hint: 'name another peer' })
  throw rpcError(Code.InvalidArgument, error)
}

function parsed(text: string): NamedPeer {
  try {
    return parsePeer(text)
  } catch (error) {
    throw rpcError(Code.InvalidArgument, toError(error))
  }
}

/** A page's cursor that was made up is the caller's mistake. */
export function pageError(error: unknown): unknown {
  return nameOf(error) === 'CursorInvalidError' ? rpcError(Code.InvalidArgument, toError(error)) : error
}

const HINTS = {
  wrong_peer: 'another node has taken the address: ask for the new peer id, or leave the address away',
  timeout: 'the peer may be down, or a firewall drops what is sent to it',
  lost: 'try again',
  unreachable: 'is the peer up, in the same network, and is this its address now?'
}

/** A peer that could not be reached, and why. */
export function unreachable(peer: PeerId, cause: unknown): ConnectError {
  const { result, reason } = describeDialFailure(cause)
  const message = `${peer.toString()} cannot be reached: ${reason}`
  return rpcError(Code.Unavailable, new PeerUnreachableError(message, { hint: HINTS[result], cause }))
}
