/** How many addresses people are shown; with relays there are dozens. */
const SHOWN_ADDRESSES = 6
/** An address that only programs of the same machine can use. */
const LOOPBACK = /^\/ip(4\/127\.|6\/::1\/)/

export interface Reachable {
  peer: string
  addresses: string[]
  /** Where others may look the peer id up. */
  seeds: string[]
}

/** How a command on another machine names this peer: what stands for PEER, and the flags behind it. */
export function wayTo({ peer, addresses, seeds: [seed] }: Reachable): { peer: string; flags: string } {
  // a peer id holds on every machine and over every path; a loopback address only here
  if (seed !== undefined) return { peer, flags: ` --seeds ${seed}` }
  return { peer: addresses.find(address => !LOOPBACK.test(address)) ?? addresses[0] ?? peer, flags: '' }
}

/** The first few, as lines for people. */
export function addressLines(addresses: readonly string[]): string[] {
  const shown = addresses.slice(0, SHOWN_ADDRESSES).map(address => `  ${address}`)
  const left = addresses.length - shown.length
  return left === 0 ? shown : [...shown, `  and ${left} more, listed with --json`]
}
