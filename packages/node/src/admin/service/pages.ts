import { PAGE_DEFAULT_SIZE } from '@waystone/wire'
import { pageError } from './errors.ts'
import type { Cursors, Page, PageQuery } from '@waystone/rpc'

export interface SmallPageQuery<T> extends PageQuery<T> {
  /** Rows of this list that fit into one message. */
  max: number
}

/**
 * A page of rows that are longer than most.
 *
 * @throws ConnectError - invalid_argument, with CursorInvalidError
 */
export function smallPage<T>(cursors: Cursors, rows: Iterable<T>, { max, ...query }: SmallPageQuery<T>): Page<T> {
  const size = Math.min(query.page?.size || PAGE_DEFAULT_SIZE, max)
  try {
    return cursors.paginate(rows, { ...query, page: { size, cursor: query.page?.cursor ?? '' } })
  } catch (error) {
    throw pageError(error)
  }
}
