import type { FunctionMatrix } from '../model/matrix.ts'
import type { AddressCheck, RatedLevel } from './contract.ts'
import type { Grants } from './grants.ts'
import type { PeerIndex } from './peer-index.ts'
import type { Subjects } from './subjects.ts'

/** Everything that a decision is made of. */
export interface DecisionView {
  /** The id of this node as text. */
  readonly self: string
  readonly index: PeerIndex
  readonly subjects: Subjects
  readonly matrix: FunctionMatrix
  readonly grants: Grants
  readonly rules: AddressCheck | undefined
  readonly ratedLevel: RatedLevel
}
