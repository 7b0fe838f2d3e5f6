const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20

/**
 * The offset behind a JSON string, or undefined if it does not end or holds a
 * bare control character. What stands behind a backslash is checked when the
 * string is read.
 *
 * @param start - of the opening quote
 */
export function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
    else if (code < FIRST_PRINTABLE) return undefined
  }
  return undefined
}

/** The string that stands there, with its quotes; undefined if its escapes are wrong. */
export function readString(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
