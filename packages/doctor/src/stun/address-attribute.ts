import { StunMessageInvalidError } from './errors.ts'
import type { Endpoint } from './endpoint.ts'

const IPV4 = 1
const IPV6 = 2
const PORT_OFFSET = 2
const IP_OFFSET = 4

/**
 * Reads MAPPED-ADDRESS and what has its shape.
 *
 * @throws StunMessageInvalidError
 */
export function readAddress(value: Uint8Array): Endpoint {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const family = value.length > IP_OFFSET ? value[1] : undefined
  const ip = value.subarray(IP_OFFSET)
  if (family === IPV4 && ip.length === 4) return { ip: ip.join('.'), port: view.getUint16(PORT_OFFSET) }
  if (family === IPV6 && ip.length === 16) return { ip: ipv6Text(ip), port: view.getUint16(PORT_OFFSET) }
  throw new StunMessageInvalidError('an address in a STUN message is neither IPv4 nor IPv6')
}

/**
 * Reads XOR-MAPPED-ADDRESS: hidden so that NATs which rewrite addresses in payloads leave it alone.
 *
 * @param mask - magic cookie and transaction id
 * @throws StunMessageInvalidError
 */
export function readXorAddress(value: Uint8Array, mask: Uint8Array): Endpoint {
  const plain = Uint8Array.from(value)
  for (let index = PORT_OFFSET; index < IP_OFFSET; index++) plain[index] = at(value, index) ^ at(mask, index - 2)
  for (let index = IP_OFFSET; index < plain.length; index++) plain[index] = at(value, index) ^ at(mask, index - 4)
  return readAddress(plain)
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

// the canonical text, so that it compares with what the system shows
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => (at(bytes, 2 * index) << 8) | at(bytes, 2 * index + 1))
  return new URL(`http://[${groups.map(group => group.toString(16)).join(':')}]`).hostname.slice(1, -1)
}
