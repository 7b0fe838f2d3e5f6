import { ConfigInvalidError, loadConfig } from '../../src/config/index.ts'
import type { ConfigSources } from '../../src/config/index.ts'
import type { ConfigProblem } from '../../src/config/problem.ts'
import { formatProblem } from '../../src/config/problem.ts'

/** What is thrown for these sources. */
export async function errorOf(sources: ConfigSources): Promise<Error> {
  try {
    await loadConfig(sources)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the configuration was accepted')
}

/** The problems found in these sources. */
export async function problemsOf(sources: ConfigSources): Promise<ConfigProblem[]> {
  const error = await errorOf(sources)
  if (error instanceof ConfigInvalidError) return error.problems
  throw error
}

/** The problems as people read them. */
export async function linesOf(sources: ConfigSources): Promise<string[]> {
  return (await problemsOf(sources)).map(formatProblem)
}
