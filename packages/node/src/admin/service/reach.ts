import { connectToPeer, createDeadline, lookUpAddresses } from '@waystone/kit'
import { unreachable } from './errors.ts'
import type { Connection } from '@libp2p/interface'
import type { NamedPeer } from '@waystone/kit'
import type { AdminContext } from './contract.ts'

/** For dialling and looking up together, in milliseconds. */
export const REACH_MS = 30_000

/**
 * An open connection to a peer, made if there is none.
 *
 * @param ms - for all of it
 * @throws ConnectError - unavailable, with PeerUnreachableError
 */
export async function reach(
  { components, clock }: Pick<AdminContext, 'components' | 'clock'>,
  { peer, addresses }: NamedPeer,
  signal: AbortSignal,
  ms: number = REACH_MS
): Promise<Connection> {
  const { connectionManager, events, peerRouting } = components
  using deadline = createDeadline({ ms, what: 'reaching the peer', signal, clock })
  const lookUp: Parameters<typeof connectToPeer>[2]['lookUp'] = async options =>
    await lookUpAddresses(peerRouting, peer, { ...options, clock })
  try {
    return await connectToPeer(connectionManager, peer, { addresses, events, signal: deadline.signal, lookUp })
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(peer, deadline.signal.aborted ? deadline.signal.reason : error)
  }
}
