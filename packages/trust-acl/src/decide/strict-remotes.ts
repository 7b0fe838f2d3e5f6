import { readRemote } from './remote-address.ts'
import { isLive } from './standing.ts'
import type { TrustDecision, TrustSubject } from '@waystone/interface'
import type { Mention, NamedNode, Voice } from './contract.ts'
import type { RemoteAddress } from './remote-address.ts'

/** Reading an address takes longer than all the rest of a decision. */
const read = new WeakMap<NamedNode, readonly RemoteAddress[]>()

/**
 * Refuses a peer at addresses that are not its own, if a live entry with at
 * least one address says that it has no others. The addresses of all live
 * entries count together, so that one file cannot shut out what another one
 * lists. Pure.
 *
 * A dialled address has to be one of them, but for the peer id, the spelling of
 * names and IPs, and hashes of certificates that it has and they have not. Peers
 * come from other ports than they listen on: of an inbound address only the IP
 * counts, and only if all direct addresses are literal IPs. A relayed inbound connection has no IP of the peer and is refused unless
 * an address leads through a relay. What stands behind a `dnsaddr` is not
 * known here: with one of these every address will do.
 */
export function strictRefusal(
  mention: Mention | undefined,
  { address, direction }: Pick<TrustSubject, 'address' | 'direction'>,
  now: number
): TrustDecision | undefined {
  const voice = address === undefined ? undefined : strictVoice(mention, now)
  if (address === undefined || voice === undefined) return undefined
  const own = ownAddresses(mention, now)
  const seen = readRemote(address)
  const fits = (direction !== 'inbound' && isDialled(own, seen)) || (direction !== 'outbound' && isOrigin(own, seen))
  return fits
    ? undefined
    : { allow: false, reason: `connect is denied: "${voice.label}" names other addresses (strict)` }
}

function strictVoice(mention: Mention | undefined, now: number): Voice | undefined {
  for (let at = mention; at !== undefined; at = at.next) {
    if (at.node.remotesStrict && at.node.remotes.length > 0 && isLive(at.voice, now)) return at.voice
  }
  return undefined
}

function ownAddresses(mention: Mention | undefined, now: number): RemoteAddress[] {
  const own: RemoteAddress[] = []
  for (let at = mention; at !== undefined; at = at.next) if (isLive(at.voice, now)) own.push(...remotesOf(at.node))
  return own
}

function remotesOf(node: NamedNode): readonly RemoteAddress[] {
  const remotes = read.get(node) ?? node.remotes.map(text => readRemote(text))
  read.set(node, remotes)
  return remotes
}

function isDialled(own: readonly RemoteAddress[], seen: RemoteAddress): boolean {
  return own.some(({ text, unresolved }) => unresolved || text === seen.text || text === seen.unpinned)
}

function isOrigin(own: readonly RemoteAddress[], seen: RemoteAddress): boolean {
  if (own.some(({ unresolved }) => unresolved)) return true
  if (seen.relayed) return own.some(({ relayed }) => relayed)
  const direct = own.filter(({ relayed }) => !relayed)
  return direct.length === 0 || direct.some(({ ip }) => ip === undefined || ip === seen.ip)
}
