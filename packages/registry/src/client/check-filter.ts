import { ANY_FIELDS } from '../filter/fields.ts'
import { validateFilter } from '../filter/validate.ts'
import type { Filter } from '@waystone/wire/registry'

/**
 * What no registry would read is not sent; which fields there are they know best.
 *
 * @throws FilterTooDeepError, FilterTooLargeError, FilterInvalidError
 */
export function checkFilter(filter: Filter | undefined): void {
  if (filter !== undefined) validateFilter(filter, ANY_FIELDS)
}
