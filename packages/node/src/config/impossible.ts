/** Values that are right by themselves and cannot hold together. */
export interface ImpossibleCombination {
  /** The key that is best changed. */
  path: string
  message: string
}

/** What a rule has found. */
export type Found = Iterable<ImpossibleCombination>
