const SLASH = '/'

/** Keys from `first` on and before `end`, compared byte by byte. */
export interface KeyRange {
  first: Uint8Array
  end: Uint8Array
}

/**
 * Every key that begins with the prefix. The last byte can always be counted up:
 * 0xff does not occur in UTF-8. Every key begins with a slash, so that is the
 * prefix of all.
 */
export function keyRange(prefix: string | undefined): KeyRange {
  const first = new TextEncoder().encode(prefix === undefined || prefix === '' ? SLASH : prefix)
  const end = first.slice()
  end[end.length - 1] = (first.at(-1) ?? 0) + 1
  return { first, end }
}

/** The smallest key that comes after this one. */
export function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1)
  next.set(key)
  return next
}
