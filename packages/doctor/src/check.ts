import type { Clock, Random } from '@waystone/interface'
import type { DoctorComponents, DoctorInit } from './contract.ts'
import type { Observation } from './observation.ts'

/** What checks may use. */
export interface CheckContext {
  init: DoctorInit
  components: DoctorComponents
  clock: Clock
  random: Random
  /** Leaves something to be undone once all checks have ended: they share connections. */
  afterwards: (work: () => Promise<void>) => void
}

/**
 * Measures one thing. What it cannot reach is a result and no error; after its
 * signal has ended it says what it has.
 */
export type Check = (context: CheckContext, options: { signal: AbortSignal }) => Promise<Observation[]>

/** A check and the name under which its own failure is reported. */
export interface NamedCheck {
  name: string
  check: Check
}
