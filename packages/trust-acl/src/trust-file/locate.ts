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
  let closest = 0
  new JsonScanner(text, (pathOf, offset) => {
    const isOnTheWay = pathOf().every((step, index) => step === path[index])
    if (isOnTheWay) closest = offset
  }).scan()
  return placeAt(text, closest, path)
}
