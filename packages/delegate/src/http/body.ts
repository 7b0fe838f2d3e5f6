import { HttpRefusal } from './replies.ts'

/** @throws HttpRefusal - 413, as soon as there is more */
export async function readBody({ body }: Request, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > maxBytes) throw new HttpRefusal(413, `the body is longer than ${maxBytes} bytes`)
    parts.push(part)
  }
  const bytes = new Uint8Array(length)
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0)
  return bytes
}
