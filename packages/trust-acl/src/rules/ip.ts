import { isIPv6 } from 'node:net'

/** An IP as numbers, most of which need no big integer: there may be very many. */
export interface Ip {
  readonly bits: 32 | 128
  /** All of an IPv4 address; the first 32 bits of an IPv6 address, which is what a provider gets. */
  readonly top: number
  /** The other 96 bits of an IPv6 address. */
  readonly low: bigint
}

/** All addresses that begin with the same bits. */
export interface Network extends Ip {
  /** How many bits that are; the others may be anything. */
  readonly prefix: number
}

/** Bits of {@link Ip.top}. */
export const TOP_BITS = 32
/** Bits of {@link Ip.low}. */
const LOW_BITS = 96n
/** `::ffff:0:0/96`: IPv4 in the clothes of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffffn
const MAPPED_PREFIX = 96
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** Reads an IP; undefined if it is none. IPv4-mapped ones become IPv4. */
export function parseIp(text: string): Ip | undefined {
  const top = valueOfIpv4(text)
  if (top !== undefined) return { bits: 32, top, low: 0n }
  return isIPv6(text) && !text.includes('%') ? ipv6Of(groupsOf(text)) : undefined
}

/** Reads an IP or a network in CIDR notation; undefined if it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const ip = parseIp(slash === -1 ? text : text.slice(0, slash))
  if (ip === undefined) return undefined
  if (slash === -1) return { ...ip, prefix: ip.bits }
  const length = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(length)) return undefined
  const isMapped = ip.bits === 32 && text.includes(':')
  const prefix = Number(length) - (isMapped ? MAPPED_PREFIX : 0)
  return prefix < 0 || prefix > ip.bits ? undefined : { ...ip, prefix }
}

/** The whole IP as one number. */
export function valueOf({ bits, top, low }: Ip): bigint {
  return bits === 32 ? BigInt(top) : (BigInt(top) << LOW_BITS) | low
}

/** A network in its usual text form, from an IP in it. */
export function networkText(ip: Ip, prefix: number): string {
  const shift = BigInt(ip.bits - prefix)
  const text = ipText(ip.bits, (valueOf(ip) >> shift) << shift)
  return prefix === ip.bits ? text : `${text}/${prefix}`
}

function valueOfIpv4(text: string): number | undefined {
  const parts = IPV4.exec(text)
  if (parts === null) return undefined
  let value = 0
  for (let at = 1; at <= 4; at++) {
    const digits = parts[at] ?? ''
    // some readers take a leading zero for an octal number
    if (Number(digits) > 255 || (digits.length > 1 && digits.startsWith('0'))) return undefined
    value = value * 256 + Number(digits)
  }
  return value
}

function ipv6Of([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]: number[]): Ip {
  const [top, end] = [a * 65_536 + b, g * 65_536 + h]
  const middle = BigInt(c * 65_536 + d) * 65_536n * 65_536n + BigInt(e * 65_536 + f)
  if (top === 0 && middle === MAPPED) return { bits: 32, top: end, low: 0n }
  return { bits: 128, top, low: (middle << 32n) | BigInt(end) }
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2). */
function groupsOf(text: string): number[] {
  const start = text.lastIndexOf(':') + 1
  const dotted = valueOfIpv4(text.slice(start))
  const end = dotted === undefined ? '' : `${(dotted >>> 16).toString(16)}:${(dotted & 0xffff).toString(16)}`
  const [head = '', tail] = (dotted === undefined ? text : text.slice(0, start) + end).split('::')
  const groups = [0, 0, 0, 0, 0, 0, 0, 0]
  split(head).forEach((group, at) => (groups[at] = group))
  const after = split(tail ?? '')
  after.forEach((group, at) => (groups[8 - after.length + at] = group))
  return groups
}

function split(text: string): number[] {
  return text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16))
}

function ipText(bits: Ip['bits'], value: bigint): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  // URLs have the short form of RFC 5952
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
