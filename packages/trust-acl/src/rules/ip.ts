import { isIPv4, isIPv6 } from 'node:net'

/** An IP as a number, with the length of its family. */
export interface Ip {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** All addresses that begin with the same bits. */
export interface Network extends Ip {
  /** How many bits that are; the others of the value may be anything. */
  readonly prefix: number
}

/** `::ffff:0:0/96`: IPv4 in the clothes of IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffffn
const MAPPED_PREFIX = 96

/** Reads an IP; undefined if it is none. IPv4-mapped ones become IPv4. */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text)) return { bits: 32, value: BigInt(valueOfIpv4(text)) }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const value = valueOfIpv6(text)
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
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

function valueOfIpv4(text: string): number {
  return text.split('.').reduce((value, byte) => value * 256 + Number(byte), 0)
}

function valueOfIpv6(text: string): bigint {
  const [head = '', tail] = withoutDots(text).split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0000')
  return BigInt(`0x${[...before, ...zeros, ...after].join('')}`)
}

/** The last two groups may be written as IPv4. */
function withoutDots(text: string): string {
  const start = text.lastIndexOf(':') + 1
  const last = text.slice(start)
  if (!last.includes('.')) return text
  const value = valueOfIpv4(last)
  return `${text.slice(0, start)}${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map(group => group.padStart(4, '0'))
}

/** A network in its usual text form, from an IP in it. */
export function networkText({ bits, value }: Ip, prefix: number): string {
  const shift = BigInt(bits - prefix)
  const text = ipText({ bits, value: (value >> shift) << shift })
  return prefix === bits ? text : `${text}/${prefix}`
}

function ipText({ bits, value }: Ip): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  // URLs have the short form of RFC 5952
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
