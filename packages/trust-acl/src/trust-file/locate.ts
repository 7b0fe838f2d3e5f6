import { JsonScanner } from './json-scanner.ts'
import { placeAt } from './place.ts'
import type { Place } from './place.ts'

/**
 * The place of a value that was found wrong after parsing; the one around it
 * for a value that is missing. Only for errors: it scans the text again.
 *
 * @param text - JSON that the scanner has passed
 */
export function locate(text: string, path: readonly PropertyKey[]): Place {
  let best = { depth: -1, offset: 0 }
  new JsonScanner(text, (pathOf, offset) => {
    const found = pathOf()
    const isOnTheWay = found.length > best.depth && found.every((step, index) => step === path[index])
    if (isOnTheWay) best = { depth: found.length, offset }
  }).scan()
  return placeAt(text, best.offset, path)
}
