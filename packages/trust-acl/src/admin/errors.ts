import { WaystoneError } from '@waystone/interface'

/** What should be an export is none, or holds something that is no entry. */
export class TrustImportInvalidError extends WaystoneError {
  static override readonly name = 'TrustImportInvalidError'

  constructor(why: string, cause?: unknown) {
    super(`the import is refused: ${why}`, {
      hint: 'give a file that waystone trust export has written; nothing was taken',
      cause
    })
  }
}

/** An export is larger than any that this node writes. */
export class TrustImportTooLargeError extends WaystoneError {
  static override readonly name = 'TrustImportTooLargeError'

  constructor(maxBytes: number) {
    super(`the import is refused: it has more than ${maxBytes} bytes`, { hint: 'nothing was taken' })
  }
}

/** A call to publish names both a key and a record, or neither. */
export class PublishRequestInvalidError extends WaystoneError {
  static override readonly name = 'PublishRequestInvalidError'
}
