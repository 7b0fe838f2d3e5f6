/** Bytes of a part: a message may have four times as many. */
const PART_BYTES = 256 * 1024

/** Bytes as the messages of a call: the first one holds what else is to be said. */
export async function* parts<Head extends object, Part extends object>(
  bytes: Uint8Array,
  head: Head,
  partOf: (bytes: Uint8Array) => Part
): AsyncGenerator<Head | Part> {
  yield { ...head, ...partOf(bytes.subarray(0, PART_BYTES)) }
  for (let start = PART_BYTES; start < bytes.length; start += PART_BYTES) {
    yield partOf(bytes.subarray(start, start + PART_BYTES))
  }
}
