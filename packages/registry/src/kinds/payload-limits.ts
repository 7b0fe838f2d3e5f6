/** Addresses in one record. */
const MAX_ADDRESSES = 16
/** Characters of one address: a WebRTC address through a relay has some 300. */
const MAX_ADDRESS_LENGTH = 512
/** What a multiaddr looks like. Parsing takes 20 µs, and whoever dials it does that anyway. */
const ADDRESS = /^(?:\/[\x21-\x2e\x30-\x7e]+)+$/

/** Why these addresses are not taken, as the end of a sentence; nothing if they are. */
export function refuseAddresses(addresses: readonly string[]): string | undefined {
  if (addresses.length > MAX_ADDRESSES) return `has more than ${MAX_ADDRESSES} addresses`
  if (addresses.every(text => text.length <= MAX_ADDRESS_LENGTH && ADDRESS.test(text))) return undefined
  return 'has an address that is no multiaddr'
}

/** Characters of one text. */
const MAX_TEXT_LENGTH = 128

export function refuseTexts(texts: Readonly<Record<string, string>>): string | undefined {
  const long = Object.entries(texts).find(([, text]) => text.length > MAX_TEXT_LENGTH)
  return long === undefined ? undefined : `has more than ${MAX_TEXT_LENGTH} characters in ${long[0]}`
}

/** Parts of addresses by which a peer that knows only some transports chooses. */
const TRANSPORTS: readonly string[] = [
  'tcp',
  'tls',
  'ws',
  'wss',
  'quic-v1',
  'webtransport',
  'webrtc-direct',
  'p2p-circuit'
]

export function transportsOf(addresses: readonly string[]): string[] {
  const parts = new Set<string>()
  for (const address of addresses) for (const part of address.split('/')) parts.add(part)
  return TRANSPORTS.filter(each => parts.has(each))
}
