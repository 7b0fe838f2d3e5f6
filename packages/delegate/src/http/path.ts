import { HttpRefusal } from './replies.ts'

/** Segments of a path, each a block in memory until the answer begins; deeper folders are possible and hardly anybody has them. */
const MAX_SEGMENTS = 32

/**
 * The decoded segments of a URL's path.
 *
 * @throws HttpRefusal - 400
 */
export function segmentsOf({ pathname }: URL): string[] {
  const parts = pathname.split('/').filter(part => part !== '')
  if (parts.length > MAX_SEGMENTS) throw new HttpRefusal(400, 'the path has too many segments')
  return parts.map(decoded)
}

function decoded(part: string): string {
  let text: string
  try {
    text = decodeURIComponent(part)
  } catch {
    throw new HttpRefusal(400, 'the path is not encoded as URLs are')
  }
  if (text.includes('/') || text.includes('\0'))
    throw new HttpRefusal(400, 'a segment of the path has a slash or a zero in it')
  return text
}
