import { CODE_P2P, CODE_P2P_CIRCUIT, CODE_UNIX, multiaddr } from '@multiformats/multiaddr'
import { normalisePubkey } from './pubkey.ts'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

/** What is wrong with a remote: it cannot be dialled, or leads to another peer. */
export interface RemoteFault {
  readonly kind: 'invalid' | 'foreign'
  readonly message: string
}

/**
 * Reads one address of a node.
 *
 * @param peer - the node's id in base58
 * @returns the address as text without the id of the node, or what is wrong with it
 */
export function readRemote(text: string, peer: string): string | RemoteFault {
  const address = parse(text)
  if (address === undefined) return invalid('is no multiaddr')
  const components = address.getComponents()
  const relayed = components.findIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  const fault = relayed === -1 ? directFault(components) : relayFault(components, relayed, peer)
  if (fault !== undefined) return fault
  const last = components.at(-1)
  if (last?.code !== CODE_P2P) return address.toString()
  if (idOf(last) !== peer) return { kind: 'foreign', message: 'points to somebody else: it ends in another peer id' }
  return components.length === 1 ? invalid('says who but not where') : textOf(components.slice(0, -1))
}

function parse(text: string): Multiaddr | undefined {
  try {
    return text.startsWith('/') ? multiaddr(text) : undefined
  } catch {
    return undefined
  }
}

function directFault(components: Component[]): RemoteFault | undefined {
  if (components.length === 0) return invalid('is empty')
  if (components.some(({ code }) => code === CODE_UNIX)) return invalid('leads to a socket of the reader’s own machine')
  return hasIdBeforeEnd(components) ? invalid('has a peer id before its end but no relay') : undefined
}

/** A relay's id must stand before `/p2p-circuit`, and after it nobody but the node itself. */
function relayFault(components: Component[], relayed: number, peer: string): RemoteFault | undefined {
  const [before, after] = [components.slice(0, relayed), components.slice(relayed + 1)]
  const relay = before.at(-1)
  if (relay?.code !== CODE_P2P) return invalid('does not name the relay: /p2p/RELAY-ID must stand before /p2p-circuit')
  if (idOf(relay) === peer) return invalid('names the node as its own relay')
  if (after.some(({ code }) => code === CODE_P2P_CIRCUIT)) return invalid('leads through more than one relay')
  return hasIdBeforeEnd(before) || hasIdBeforeEnd(after) ? invalid('has a peer id where none may stand') : undefined
}

function hasIdBeforeEnd(components: Component[]): boolean {
  return components.slice(0, -1).some(({ code }) => code === CODE_P2P)
}

function idOf({ value }: Component): string | undefined {
  try {
    return normalisePubkey(value ?? '')
  } catch {
    return undefined
  }
}

function textOf(components: Component[]): string {
  return multiaddr(components).toString()
}

function invalid(message: string): RemoteFault {
  return { kind: 'invalid', message }
}
