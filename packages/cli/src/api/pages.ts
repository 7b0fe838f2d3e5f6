import { WaystoneError } from '@waystone/interface'
import type { PageInfo } from '@waystone/wire/rpc'

/** At 1,000 a page these are more peers than a node knows. */
const MAX_PAGES = 1_000
const PAGE_SIZE = 1_000

/** A node hands out pages without an end. */
export class PagesEndlessError extends WaystoneError {
  static override readonly name = 'PagesEndlessError'
}

interface PageAnswer {
  page?: PageInfo | undefined
}

/**
 * Every page of a list, one after another.
 *
 * @param ask - calls the node for the page that the request names
 * @throws PagesEndlessError, and what the call throws
 */
export async function* allPages<T extends PageAnswer>(
  ask: (page: { size: number; cursor: string }) => Promise<T>
): AsyncGenerator<T> {
  let cursor = ''
  for (let count = 0; count < MAX_PAGES; count++) {
    const answer = await ask({ size: PAGE_SIZE, cursor })
    yield answer
    cursor = answer.page?.nextCursor ?? ''
    if (cursor === '') return
  }
  throw new PagesEndlessError(`the list has more than ${MAX_PAGES} pages`, { hint: 'this node does not end its lists' })
}
