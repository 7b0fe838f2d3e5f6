import { setPriority } from 'node:os'
import { reportProgress } from './interleave.ts'

/** The highest there is (`man 2 setpriority`). */
const PRIORITY = -20

/** A node that is measured has a machine of its own: what it waits here while others use the cores is no fault of it. */
export function runFirst(pid: number): void {
  try {
    setPriority(pid, PRIORITY)
  } catch {
    reportProgress('no priority here (only root gives it): what is measured also waits for its turn')
  }
}
