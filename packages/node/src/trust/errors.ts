import { WaystoneError } from '@waystone/interface'

/** The name of a key to publish with is not 1-64 of a-z, 0-9, - and _. */
export class PublishKeyNameError extends WaystoneError {
  static override readonly name = 'PublishKeyNameError'
}

/** A trust file or record that the config names cannot be read. */
export class ShippedCopyError extends WaystoneError {
  static override readonly name = 'ShippedCopyError'
}
