/**
 * Negative, 0 or positive as `a` stands before, at or after `b` in the order of code points, which is that of the bytes
 * of UTF-8 and of SQLite. JavaScript's own order puts U+E000 and above behind characters of two units.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

const FIRST_SURROGATE = 0xd800
const LAST_SURROGATE = 0xdfff
const ABOVE_ALL_UNITS = 0x10000

function rank(unit: number): number {
  return unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + ABOVE_ALL_UNITS : unit
}

const LAST_POINT = 0x10ffff

/** The first text after all that begin with the prefix, in the order of code points; undefined if there is none. */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST_POINT) points.pop()
  const last = points.pop()
  return last === undefined ? undefined : String.fromCodePoint(...points, nextPoint(last))
}

function nextPoint(point: number): number {
  return point + 1 === FIRST_SURROGATE ? LAST_SURROGATE + 1 : point + 1
}
