import { WaystoneError } from '@waystone/interface'

/** A rating is not one, is signed by nobody or somebody else, or comes from another time. */
export class RatingInvalidError extends WaystoneError {
  static override readonly name = 'RatingInvalidError'
}

/** A message has more ratings than it may. */
export class TooManyRatingsError extends WaystoneError {
  static override readonly name = 'TooManyRatingsError'
}

/** A peer wants to exchange ratings again, too soon after the last time. */
export class RatingsTooSoonError extends WaystoneError {
  static override readonly name = 'RatingsTooSoonError'
}
