import { distance } from 'fastest-levenshtein'

/** Long enough for every key; text from outside is cut to it, since the search takes its square. */
const MAX_LENGTH = 100
/** A key of the same name in another section costs as much as this many wrong letters. */
const OTHER_SECTION = 2
/** Among equals the more similar section counts; small enough never to weigh up a letter. */
const TIE_BREAK = 1_000

/**
 * The candidate that a person most likely meant: few wrong letters, or the
 * right key in another section.
 *
 * @param text - dotted path, variable or name as written
 * @param candidates - at least one
 */
export function findNearest(text: string, candidates: Iterable<string>): string {
  const wanted = text.slice(0, MAX_LENGTH).toLowerCase()
  let best = ''
  let lowest = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const cost = costOf(wanted, candidate.toLowerCase())
    if (cost < lowest) [best, lowest] = [candidate, cost]
  }
  return best
}

function costOf(wanted: string, candidate: string): number {
  const whole = distance(wanted, candidate)
  if (!wanted.includes('.') && !candidate.includes('.')) return whole
  const sameName = distance(lastKey(wanted), lastKey(candidate)) + OTHER_SECTION
  return Math.min(whole, sameName + whole / TIE_BREAK)
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
