import { parsePeer } from '@waystone/kit'
import { MAX_ADDRESSES } from './constants.ts'
import { createEntry } from './entry.ts'
import type { HeldEntry, TrustEntryInit } from './contract.ts'

/** Seeds and relays of the config. */
export interface ConfigPeers {
  seeds?: readonly string[] | undefined
  relays?: readonly string[] | undefined
}

/**
 * The seeds and relays of the config as entries that are never stored: one for
 * each peer, with all its addresses. What is no address of a peer is left out,
 * as whoever dials it says so. Pure.
 *
 * @param now - milliseconds since the Unix epoch
 */
export function configPeers({ seeds = [], relays = [] }: ConfigPeers, now: number): HeldEntry[] {
  const found = new Map<string, TrustEntryInit & { addresses: string[] }>()
  for (const text of seeds) collect(found, 'seed', text)
  for (const text of relays) collect(found, 'relay', text)
  return [...found.values()].map(init => ({ entry: createEntry(init, 'config', now), file: undefined, stored: false }))
}

function collect(found: Map<string, TrustEntryInit & { addresses: string[] }>, what: string, text: string): void {
  const pubkey = peerIn(text)
  if (pubkey === undefined) return
  const label = `${what}:${pubkey}`
  const init = found.get(pubkey) ?? { label, pubkey, kind: 'peer', trustlevel: 'advanced', addresses: [] }
  if (init.addresses.length < MAX_ADDRESSES) init.addresses.push(text)
  found.set(pubkey, init)
}

function peerIn(text: string): string | undefined {
  try {
    return parsePeer(text).peer.toString()
  } catch {
    return undefined
  }
}
