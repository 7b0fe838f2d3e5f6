import { constants } from 'node:os'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

export interface SignalsInit {
  /** Called once, at the first signal. */
  onStop: (name: string) => void
  /** Called at every further one. */
  onSecond: (exitCode: number) => void
}

/**
 * Listens for SIGTERM and SIGINT. A second one exits at once with 128 and the
 * signal's number, as shells report it: 143 or 130.
 *
 * @returns stops listening
 */
export function listenForSignals({ onStop, onSecond }: SignalsInit): () => void {
  let stopping = false
  const listener = (name: (typeof STOP_SIGNALS)[number]): void => {
    if (stopping) return onSecond(128 + constants.signals[name])
    stopping = true
    onStop(name)
  }
  for (const name of STOP_SIGNALS) process.on(name, listener)
  return () => {
    for (const name of STOP_SIGNALS) process.off(name, listener)
  }
}
