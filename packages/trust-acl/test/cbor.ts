/** CBOR (RFC 8949) of a map, as far as records need it, for records that no library makes. */
export function cborMap(fields: Record<string, unknown>): Uint8Array {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Uint8Array.from([0xa0 + entries.length, ...entries.flatMap(([key, value]) => [...item(key), ...item(value)])])
}

function item(value: unknown): number[] {
  if (typeof value === 'string') return [...head(3, value.length), ...new TextEncoder().encode(value)]
  if (value instanceof Uint8Array) return [...head(2, value.length), ...value]
  if (typeof value !== 'number') throw new TypeError('not needed so far')
  if (!Number.isInteger(value)) return [0xfb, ...new Uint8Array(new Float64Array([value]).buffer).toReversed()]
  return value < 0 ? head(1, -1 - value) : head(0, value)
}

function head(type: number, count: number): number[] {
  return count < 24 ? [(type << 5) + count] : [(type << 5) + 25, count >> 8, count & 255]
}
