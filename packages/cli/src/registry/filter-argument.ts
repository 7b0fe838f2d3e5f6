import { WaystoneError } from '@waystone/interface'
import { hintOf, messageOf, nameOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import type { Filter } from '@waystone/wire/registry'

/** A filter on the command line cannot be read. Its name is that of what is wrong with it. */
class FilterArgumentError extends WaystoneError {
  static override readonly name = 'FilterArgumentError'
  readonly exitCode = EXIT_BAD_CONFIG

  constructor(cause: unknown) {
    const hint = hintOf(cause)
    super(`the filter: ${messageOf(cause)}`, { cause, ...(hint !== undefined && { hint }) })
    this.name = nameOf(cause)
  }
}

/**
 * Reads what a record must say, such as `free > 0 and region = "eu-west"`.
 *
 * @param texts - the words of a command line, which a shell may have split
 * @throws FilterArgumentError
 */
export async function readFilter(texts: readonly string[]): Promise<Filter | undefined> {
  if (texts.length === 0) return undefined
  const { parseFilter } = await import('@waystone/registry/filter')
  try {
    return parseFilter(texts.join(' '))
  } catch (error) {
    throw new FilterArgumentError(error)
  }
}
