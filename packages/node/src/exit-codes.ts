/** Exit codes of every Waystone binary. */
export const EXIT_CLEAN = 0
/** Anything that has no code of its own. */
export const EXIT_FAILED = 1
/** The configuration, a flag or an argument is wrong. */
export const EXIT_BAD_CONFIG = 2
/** The node could not start. */
export const EXIT_START_FAILED = 3
/** The node did not stop within its deadline. */
export const EXIT_STOP_TIMED_OUT = 4
/** `waystone doctor` found a node that works, with something to see to. */
export const EXIT_DEGRADED = 5
/** `waystone doctor` found a node that does not do what it is for. */
export const EXIT_BROKEN = 6

/** Errors say their own exit code with this property; see {@link exitCodeFor}. */
export interface WithExitCode {
  readonly exitCode: number
}

/** The exit code for an error that ends the process: its own, or else the one given. */
export function exitCodeFor(error: unknown, otherwise: number = EXIT_FAILED): number {
  const hasCode = typeof error === 'object' && error !== null && 'exitCode' in error
  return hasCode && typeof error.exitCode === 'number' ? error.exitCode : otherwise
}
