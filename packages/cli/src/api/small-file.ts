import { open } from 'node:fs/promises'

/** No token, address or certificate chain is longer, in bytes. */
const MAX_BYTES = 64 * 1_024

/**
 * The text of a small file, without white space around it.
 *
 * @throws what the system says, and RangeError when the file is too long
 */
export async function readSmallFile(path: string): Promise<string> {
  await using file = await open(path, 'r')
  const buffer = Buffer.alloc(MAX_BYTES + 1)
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
  if (bytesRead > MAX_BYTES) throw new RangeError(`longer than ${MAX_BYTES} bytes`)
  return buffer.toString('utf8', 0, bytesRead).trim()
}
