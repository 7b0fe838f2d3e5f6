import { WaystoneError } from '@waystone/interface'

/** A filter lacks a part, or has one that means nothing. */
export class FilterInvalidError extends WaystoneError {
  static override readonly name: string = 'FilterInvalidError'
}

/** More levels than a filter may have. */
export class FilterTooDeepError extends FilterInvalidError {
  static override readonly name = 'FilterTooDeepError'
}

/** More parts than a filter may have. */
export class FilterTooLargeError extends FilterInvalidError {
  static override readonly name = 'FilterTooLargeError'
}

/** The kind has no such field. */
export class FilterFieldUnknownError extends FilterInvalidError {
  static override readonly name = 'FilterFieldUnknownError'
}

/** The field cannot be compared with this value, or in this way. */
export class FilterTypeError extends FilterInvalidError {
  static override readonly name = 'FilterTypeError'
}

/** The text is no filter; the message says where. */
export class FilterSyntaxError extends FilterInvalidError {
  static override readonly name = 'FilterSyntaxError'
}
