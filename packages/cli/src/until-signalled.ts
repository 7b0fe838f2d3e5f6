import { WaystoneError } from '@waystone/interface'

/** A signal that ends when the process is asked to stop. */
export interface Signalled extends Disposable {
  signal: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The work was ended by SIGINT, SIGTERM or SIGHUP. */
export class InterruptedError extends WaystoneError {
  static override readonly name = 'InterruptedError'
  /** As shells count it: 128 and the number of SIGINT. */
  readonly exitCode = 130
}

/**
 * Ends its signal on the first SIGINT, SIGTERM or SIGHUP, so that the work can
 * stop in order; the second one has the system's own effect and ends the process at once.
 */
export function untilSignalled(): Signalled {
  const controller = new AbortController()
  const stop = (): void => {
    dispose()
    controller.abort(new InterruptedError('interrupted'))
  }
  const dispose = (): void => {
    for (const name of SIGNALS) process.off(name, stop)
  }
  for (const name of SIGNALS) process.on(name, stop)
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}
