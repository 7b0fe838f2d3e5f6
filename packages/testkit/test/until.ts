import { systemClock } from '@waystone/kit'

/** Resolves when the condition holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(10)
}
